/** Node's direct decoders, missing from its types: no encoding name to look up, which counts per stanza. */
interface Buffer {
  latin1Slice(start: number, end: number): string
  utf8Slice(start: number, end: number): string
  latin1Write(text: string, offset: number, length?: number): number
  ucs2Write(text: string, offset: number, length?: number): number
  utf8Write(text: string, offset: number, length?: number): number
}
