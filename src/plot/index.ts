/**
 * A field as a map picture, and numbers over time as lines.
 *
 * `renderMap` looks at each pixel: the inverse projection gives its place on the sphere, the rows of the grid its value, the colour
 * scale its colour. Lines (coast, graticule, outline) are cut and bent by d3-geo and drawn over it with exact coverage, text with
 * outlines of the Roboto font that travel with the package. Nothing comes from the machine: the same field gives the same bytes
 * with or without fonts, in Node and in a browser. SVG with a renderer was not chosen: it needs fonts installed and a second
 * copy of the raster. The work is done on the host; a pixel sampling kernel would fit between `pixelPositions` and `paintField`.
 *
 * Coastlines: Natural Earth by way of `world-atlas`, 1:110 million on small maps, 1:50 million on others; read when first drawn,
 * which is why `renderMap` is asynchronous. Measured on a shared machine of two cores, Node 20: O640 to 1200 x 711 pixels takes
 * 0.47 to 0.70 s as the first map of a process and 0.18 to 0.35 s from the third map on.
 *
 * `renderChart` draws series over a common axis with the same lines and letters.
 *
 *     const image = await renderMap(values, grid, { title: '2 metre temperature [K]', palette: paletteOf('2t'), units: 'K' });
 *     await writeWhole(ctx.fs, 't2m.png', encodePng(image));
 */
export { type ChartOptions, type Panel, renderChart, type Series } from './chart.js';
export type { Colour, Image } from './image.js';
export { type MapOptions, missingColour, outsideColour, renderMap } from './map.js';
export { type MeshMapOptions, renderMesh } from './mesh-map.js';
export { type PaletteName, paletteNames, paletteOf } from './palette.js';
export { encodePng } from './png.js';
export { type ProjectionName, projectionNames } from './projection.js';
export type { Sampling } from './sampler.js';
