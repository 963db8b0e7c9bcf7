const pieceBytes = 1 << 20;
/** Room for the longest record that is written between two looks at the end of a piece. */
const slack = 4096;

/** Bytes that are filled number by number and handed on piece by piece. */
export class BytePieces {
  private readonly littleEndian: boolean;
  private bytes = new Uint8Array(pieceBytes + slack);
  private view = new DataView(this.bytes.buffer);
  private end = 0;
  private readonly encoder = new TextEncoder();

  constructor(littleEndian: boolean) {
    this.littleEndian = littleEndian;
  }

  get isFull(): boolean {
    return this.end >= pieceBytes;
  }

  /** At most 4096 bytes of ASCII. */
  text(text: string): void {
    this.end += this.encoder.encodeInto(text, this.bytes.subarray(this.end)).written;
  }

  int(value: number): void {
    this.view.setInt32(this.end, value, this.littleEndian);
    this.end += 4;
  }

  double(value: number): void {
    this.view.setFloat64(this.end, value, this.littleEndian);
    this.end += 8;
  }

  /** What was written since the last call. */
  take(): Uint8Array {
    const piece = this.bytes.subarray(0, this.end);
    this.bytes = new Uint8Array(pieceBytes + slack);
    this.view = new DataView(this.bytes.buffer);
    this.end = 0;
    return piece;
  }
}
