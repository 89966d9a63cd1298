import { type BareJid, bareOf, isDomain, type Jid } from '@heliograph/jid'
import { checkForm, type Form, type FormField, type FormValues, NS } from '@heliograph/stanza'
import type { Hat, RoomHats } from './room-hats.ts'

const TITLE_MAX = 100
const URI_MAX = 300
/** A tag of a language (RFC 5646 §2.1) has no more where it says anything. */
const LANG_MAX = 35
const HUE = /^\d{1,3}(\.\d{1,10})?$/
const BLANK = /\s/

export const TITLE: FormField = { var: 'hats#title', type: 'text-single', label: 'Hat title', required: true }
export const URI: FormField = { var: 'hats#uri', type: 'text-single', label: 'Hat URI', required: true }
export const HUE_FIELD: FormField = { var: 'hats#hue', type: 'text-single', label: 'Hat hue' }
export const USER: FormField = { var: 'hats#jid', type: 'jid-single', label: 'User address', required: true }

/** One of the hats that there are. */
export function choiceOf(hats: RoomHats): FormField {
  return { ...URI, type: 'list-single', options: hats.list.map(({ uri, title }) => ({ value: uri, label: title })) }
}

type Read<Value> = Value | { readonly problem: string }

/** What was submitted, whichever hats there are. A client needn't have asked for the form (XEP-0317 §3.3). */
export function readFields(form: Form, fields: readonly FormField[]): Read<{ readonly values: FormValues }> {
  const plain = fields.map((field) => (field.type === 'list-single' ? URI : field))
  const given: Form = { ...form, type: 'submit', formType: form.formType ?? NS.mucHatCommands }
  return checkForm(given, { formType: NS.mucHatCommands, fields: plain })
}

/** `lang`: of who wrote it. */
export function readHat(values: FormValues, lang: string | undefined): Read<Hat> {
  const [title, uri, hue] = [TITLE, URI, HUE_FIELD].map((field) => values.text(field.var!)?.trim() ?? '')
  if (title === '' || title!.length > TITLE_MAX) return { problem: `a title has 1 to ${TITLE_MAX} characters` }
  if (!URL.canParse(uri!) || BLANK.test(uri!) || uri!.length > URI_MAX) {
    return { problem: `it needs a URI of at most ${URI_MAX} characters` }
  }
  if (hue !== '' && !(HUE.test(hue!) && Number(hue) <= 360)) return { problem: 'a hue is an angle in degrees' }
  const isKnown = lang !== undefined && lang !== '' && lang.length <= LANG_MAX
  return { uri: uri!, title: title!, ...(hue !== '' && { hue: hue! }), ...(isKnown && { lang }) }
}

export function readUser(values: FormValues): Read<{ readonly user: BareJid }> {
  const jid = values.text(USER.var!) as Jid
  return isDomain(bareOf(jid)) ? { problem: 'a whole domain wears no hats' } : { user: bareOf(jid) }
}
