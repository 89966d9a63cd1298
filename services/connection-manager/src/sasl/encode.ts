/** RFC 6120 §6.4.3: no bytes are written as '='. */
export function encode(data: Buffer): string {
  return data.length === 0 ? '=' : data.toString('base64')
}
