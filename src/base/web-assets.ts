/**
 * The files that a page can ask the package for, by path from its root. Written by `node tools/web.mjs --assets`, one literal
 * address each: that is what bundlers look for. The addresses are those of the built package (build/src/base); our own bundle
 * has the files' text in their place.
 */
export const webAssets: Readonly<Record<string, () => URL | Promise<string>>> = {
  'shaders/compute/copy-quads.wgsl': () => new URL('../../../shaders/compute/copy-quads.wgsl', import.meta.url),
  'shaders/compute/copy.wgsl': () => new URL('../../../shaders/compute/copy.wgsl', import.meta.url),
  'shaders/compute/gather.wgsl': () => new URL('../../../shaders/compute/gather.wgsl', import.meta.url),
  'shaders/compute/self-check.wgsl': () => new URL('../../../shaders/compute/self-check.wgsl', import.meta.url),
  'shaders/compute/value-range-merge.wgsl': () => new URL('../../../shaders/compute/value-range-merge.wgsl', import.meta.url),
  'shaders/compute/value-range.wgsl': () => new URL('../../../shaders/compute/value-range.wgsl', import.meta.url),
  'shaders/grib/compact.wgsl': () => new URL('../../../shaders/grib/compact.wgsl', import.meta.url),
  'shaders/grib/pack.wgsl': () => new URL('../../../shaders/grib/pack.wgsl', import.meta.url),
  'shaders/grib/present-words.wgsl': () => new URL('../../../shaders/grib/present-words.wgsl', import.meta.url),
  'shaders/grib/spectral-expand.wgsl': () => new URL('../../../shaders/grib/spectral-expand.wgsl', import.meta.url),
  'shaders/grib/unpack-floats.wgsl': () => new URL('../../../shaders/grib/unpack-floats.wgsl', import.meta.url),
  'shaders/grib/unpack.wgsl': () => new URL('../../../shaders/grib/unpack.wgsl', import.meta.url),
  'shaders/grib/word-counts.wgsl': () => new URL('../../../shaders/grib/word-counts.wgsl', import.meta.url),
  'shaders/grib/word-ranks.wgsl': () => new URL('../../../shaders/grib/word-ranks.wgsl', import.meta.url),
  'shaders/lib/as-is.wgsl': () => new URL('../../../shaders/lib/as-is.wgsl', import.meta.url),
  'shaders/lib/bits.wgsl': () => new URL('../../../shaders/lib/bits.wgsl', import.meta.url),
  'shaders/lib/index.wgsl': () => new URL('../../../shaders/lib/index.wgsl', import.meta.url),
  'shaders/lib/missing.wgsl': () => new URL('../../../shaders/lib/missing.wgsl', import.meta.url),
  'shaders/lib/triangle.wgsl': () => new URL('../../../shaders/lib/triangle.wgsl', import.meta.url),
  'shaders/mir/keep.wgsl': () => new URL('../../../shaders/mir/keep.wgsl', import.meta.url),
  'shaders/mir/limit.wgsl': () => new URL('../../../shaders/mir/limit.wgsl', import.meta.url),
  'shaders/regrid/csr-apply-quads.wgsl': () => new URL('../../../shaders/regrid/csr-apply-quads.wgsl', import.meta.url),
  'shaders/regrid/csr-apply.wgsl': () => new URL('../../../shaders/regrid/csr-apply.wgsl', import.meta.url),
  'shaders/spectral/combine.wgsl': () => new URL('../../../shaders/spectral/combine.wgsl', import.meta.url),
  'shaders/spectral/fourier.wgsl': () => new URL('../../../shaders/spectral/fourier.wgsl', import.meta.url),
  'shaders/spectral/lanes-apart.wgsl': () => new URL('../../../shaders/spectral/lanes-apart.wgsl', import.meta.url),
  'shaders/spectral/legendre.wgsl': () => new URL('../../../shaders/spectral/legendre.wgsl', import.meta.url),
  'src/grib/tables/codes.json': () => new URL('../../../src/grib/tables/codes.json', import.meta.url),
  'src/grib/tables/layouts.json': () => new URL('../../../src/grib/tables/layouts.json', import.meta.url),
  'src/grib/tables/mars-edits.json': () => new URL('../../../src/grib/tables/mars-edits.json', import.meta.url),
  'src/grib/tables/params.tsv': () => new URL('../../../src/grib/tables/params.tsv', import.meta.url),
};
