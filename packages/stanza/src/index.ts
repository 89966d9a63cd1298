export { type Content, el, type IqHead, iqGet, iqResult, iqSet, stanza } from './builders.ts'
export { NS } from './ns.ts'
export { SASL_CONDITIONS, type SaslCondition, type SaslError, saslFailureXml } from './sasl-error.ts'
export { Splicer } from './splicer.ts'
export { type HeadChanges, Stanza } from './stanza.ts'
export {
  type ErrorType,
  errorElement,
  errorReply,
  readError,
  STANZA_CONDITIONS,
  type StanzaCondition,
  type StanzaError,
  stanzaError,
} from './stanza-error.ts'
export type { StanzaName, StanzaParts } from './stanza-parts.ts'
export {
  readStreamError,
  STREAM_CONDITIONS,
  type StreamCondition,
  type StreamError,
  streamError,
  streamErrorXml,
} from './stream-error.ts'
export { checkStanza, iqPayloadName, messageType } from './validate.ts'
