/** Bounds on what one stream may make the parser hold. Exceeding one is `policy-violation`. */
export interface XmlLimits {
  /** Bytes of one first-level element. */
  readonly elementBytes: number
  /** Bytes of the XML declaration and the stream header together. */
  readonly headerBytes: number
  /** Nesting inside one first-level element, which itself counts as 1. */
  readonly depth: number
  /** Attributes of one element, namespace declarations included. */
  readonly attributes: number
  /** Characters of one element or attribute name. */
  readonly nameLength: number
}

export const DEFAULT_LIMITS: XmlLimits = Object.freeze({
  elementBytes: 262_144,
  headerBytes: 8_192,
  depth: 64,
  attributes: 64,
  nameLength: 256,
})
