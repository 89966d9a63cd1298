/** The stream error conditions (RFC 6120 §4.9.3) that a parser can find. */
export type XmlCondition =
  | 'bad-format'
  | 'bad-namespace-prefix'
  | 'not-well-formed'
  | 'policy-violation'
  | 'restricted-xml'
  | 'unsupported-encoding'

/** Input that a stream must be closed for. `condition` is the stream error to send, `message` a short English reason. */
export class XmlError extends Error {
  override readonly name = 'XmlError'
  readonly condition: XmlCondition

  constructor(condition: XmlCondition, message: string) {
    super(message)
    this.condition = condition
  }
}

/** `not-well-formed` (RFC 6120 §11.3). */
export function malformed(message: string): XmlError {
  return new XmlError('not-well-formed', message)
}

/** `restricted-xml` (RFC 6120 §11.1). */
export function restricted(message: string): XmlError {
  return new XmlError('restricted-xml', message)
}

/** `policy-violation`: a limit was exceeded (RFC 6120 §4.9.3.14). */
export function overLimit(message: string): XmlError {
  return new XmlError('policy-violation', message)
}
