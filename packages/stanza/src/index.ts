export { type Content, el, type IqHead, iqGet, iqResult, iqSet, stanza } from './builders.ts'
export { type Checked, checkForm, type FormDefinition, FormValues } from './check-form.ts'
export { type ConfigField, choice, choices, flag, text } from './config-field.ts'
export { delay, forwardedXml } from './delay.ts'
export {
  FIELD_TYPES,
  type FieldOption,
  type FieldRule,
  type FieldType,
  type Form,
  type FormField,
  formElement,
} from './form.ts'
export { NS } from './ns.ts'
export { readForm } from './read-form.ts'
export { readStanza } from './read-stanza.ts'
export { type RsmPage, type RsmRequest, readRsm, rsmElement, rsmRequestElement } from './rsm.ts'
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
export { formatTimestamp, parseTimestamp } from './timestamp.ts'
export { checkStanza, iqPayloadName, messageType } from './validate.ts'
