/** The value of `h`: xs:unsignedInt (XEP-0198 §4). Undefined when it is anything else. */
export function parseCount(text: string | null | undefined): number | undefined {
  if (text == null || !/^\d{1,10}$/.test(text)) return undefined
  const count = Number(text)
  return count <= 0xffff_ffff ? count : undefined
}
