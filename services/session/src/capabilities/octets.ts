/** In the order of their UTF-8 octets: collation i;octet (RFC 4790 §9.3). */
export function byOctets(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}
