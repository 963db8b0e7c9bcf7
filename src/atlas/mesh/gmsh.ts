import { BytePieces } from './byte-pieces.js';
import { cellCount } from './mesh.js';
import type { MeshContent } from './mesh-file.js';

/** Gmsh's numbers of element types. */
const triangleType = 2;
const quadType = 3;

/**
 * Gmsh 2.2 (manual, section "MSH file format version 2"): nodes and cells are numbered from 1. A cell has the tags of a physical
 * and an elementary entity, both 1; where there is cell data called `partition`, Gmsh's own tags for partitions (from 1) follow.
 */
export function* gmshPieces(content: MeshContent): Generator<Uint8Array> {
  const binary = content.options.encoding !== 'ascii';
  const out = new BytePieces(true);
  out.text(`$MeshFormat\n2.2 ${binary ? 1 : 0} 8\n`);
  if (binary) {
    // Tells the reader the order of bytes.
    out.int(1);
    out.text('\n');
  }
  out.text('$EndMeshFormat\n');
  yield* nodes(content, out, binary);
  yield* cells(content, out, binary);
  for (const [section, data, numbers] of [
    ['NodeData', content.options.nodeData, content.options.nodeNumbers],
    ['ElementData', content.options.cellData, content.options.cellNumbers],
  ] as const) {
    for (const [name, values] of Object.entries(data ?? {})) yield* dataSection(out, binary, { section, name, values, numbers });
  }
  yield out.take();
}

function* nodes({ mesh, places, options }: MeshContent, out: BytePieces, binary: boolean): Generator<Uint8Array> {
  out.text(`$Nodes\n${mesh.nodes}\n`);
  for (let node = 0; node < mesh.nodes; node++) {
    const number = (options.nodeNumbers?.[node] ?? node) + 1;
    const at = 3 * node;
    if (binary) {
      out.int(number);
      out.double(places[at]);
      out.double(places[at + 1]);
      out.double(places[at + 2]);
    } else out.text(`${number} ${places[at]} ${places[at + 1]} ${places[at + 2]}\n`);
    if (out.isFull) yield out.take();
  }
  out.text(binary ? '\n$EndNodes\n' : '$EndNodes\n');
}

function* cells(content: MeshContent, out: BytePieces, binary: boolean): Generator<Uint8Array> {
  const { mesh, options } = content;
  const numberOf = (node: number): number => (options.nodeNumbers?.[node] ?? node) + 1;
  const partition = options.cellData?.['partition'];
  const tags = (cell: number): readonly number[] => (partition === undefined ? [1, 1] : [1, 1, 1, partition[cell] + 1]);
  out.text(`$Elements\n${cellCount(mesh)}\n`);
  let cell = 0;
  for (const [type, list, width] of [
    [quadType, mesh.quads, 4],
    [triangleType, mesh.triangles, 3],
  ] as const) {
    if (binary && list.length > 0) for (const value of [type, list.length / width, tags(0).length]) out.int(value);
    for (let at = 0; at < list.length; at += width, cell++) {
      const own = tags(cell);
      const number = (options.cellNumbers?.[cell] ?? cell) + 1;
      const corners = Array.from({ length: width }, (_, k) => numberOf(list[at + k]));
      if (binary) for (const value of [number, ...own, ...corners]) out.int(value);
      else out.text(`${[number, type, own.length, ...own, ...corners].join(' ')}\n`);
      if (out.isFull) yield out.take();
    }
  }
  out.text(binary ? '\n$EndElements\n' : '$EndElements\n');
}

interface DataSection {
  readonly section: 'NodeData' | 'ElementData';
  readonly name: string;
  readonly values: ArrayLike<number>;
  readonly numbers: Uint32Array | undefined;
}

function* dataSection(out: BytePieces, binary: boolean, { section, name, values, numbers }: DataSection): Generator<Uint8Array> {
  // One text tag (the name), one real tag (time), three whole tags: step, components, entries.
  out.text(`$${section}\n1\n"${name}"\n1\n0\n3\n0\n1\n${values.length}\n`);
  for (let item = 0; item < values.length; item++) {
    const number = (numbers?.[item] ?? item) + 1;
    if (binary) {
      out.int(number);
      out.double(values[item]);
    } else out.text(`${number} ${values[item]}\n`);
    if (out.isFull) yield out.take();
  }
  out.text(binary ? `\n$End${section}\n` : `$End${section}\n`);
}
