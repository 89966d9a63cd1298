/** RFC 7622 §3.1: each part is at most 1023 octets of UTF-8. */
const LONGEST_PART = 1023

/** Whether a part has between 1 and 1023 bytes. */
export function hasPartLength(part: string): boolean {
  if (part.length === 0 || part.length > LONGEST_PART) return false
  return part.length * 3 <= LONGEST_PART || Buffer.byteLength(part) <= LONGEST_PART
}
