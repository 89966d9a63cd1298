import type { FullJid } from '@heliograph/jid'
import { checkForm, type Form, type FormField, NS } from '@heliograph/stanza'

const ROLE = 'muc#role'
const JID = 'muc#jid'
const NICK = 'muc#roomnick'
const ALLOW = 'muc#request_allow'

/** Somebody who may only listen and wants to speak. */
export interface VoiceRequest {
  readonly jid: FullJid
  readonly nick: string
}

/** A moderator's answer. */
export interface VoiceDecision {
  readonly nick: string
  /** The client that asked; undefined: not said. */
  readonly jid: string | undefined
  readonly allow: boolean
}

const roleField: FormField = {
  var: ROLE,
  type: 'list-single',
  label: 'Requested role',
  options: [{ value: 'participant', label: 'Participant' }],
}

/** Whether a form asks for voice, and nothing else (XEP-0045 §7.13). */
export function asksForVoice(form: Form): boolean {
  const checked = checkForm(form, { formType: NS.mucRequest, fields: [{ ...roleField, required: true }] })
  return 'values' in checked && form.fields.every((field) => field.var !== ALLOW)
}

/** What moderators are asked (§8.6). */
export function voiceForm({ jid, nick }: VoiceRequest): Form {
  return {
    type: 'form',
    formType: NS.mucRequest,
    title: 'Voice request',
    instructions: ['To let this person speak, tick the box and send the form. To decline, close it.'],
    fields: [
      { ...roleField, values: ['participant'] },
      { var: JID, type: 'jid-single', label: 'User ID', values: [jid] },
      { var: NICK, type: 'text-single', label: 'Room nickname', values: [nick] },
      { var: ALLOW, type: 'boolean', label: 'Grant voice to this person?', values: ['0'] },
    ],
  }
}

/** What a moderator decided; undefined: the form is no such answer. */
export function readVoiceDecision(form: Form): VoiceDecision | undefined {
  const checked = checkForm(form, {
    formType: NS.mucRequest,
    fields: [
      roleField,
      { var: JID, type: 'jid-single' },
      { var: NICK, type: 'text-single', required: true },
      { var: ALLOW, type: 'boolean', required: true },
    ],
  })
  if ('problem' in checked) return undefined
  const { values } = checked
  return { nick: values.text(NICK)!, jid: values.list(JID)?.[0], allow: values.boolean(ALLOW)! }
}
