import { type BareJid, bareOf, type Jid, prepareResource } from '@heliograph/jid'
import { checkForm, type Form, type FormField, NS } from '@heliograph/stanza'

const NICK = 'muc#register_roomnick'
const ALLOW = 'muc#register_allow'
/** The registered fields don't say who it is that is to be let in (XEP-0068 §3.2: others begin with `x-`). */
const USER = 'x-muc#register_jid'

const nickField: FormField = { var: NICK, type: 'text-single', label: 'Desired nickname', required: true }

/** What somebody fills in who wants to be a member (XEP-0045 §7.10). No more is asked than is used. */
export function registrationForm(room: string): Form {
  return {
    type: 'form',
    formType: NS.mucRegister,
    title: `Registration with ${room}`,
    instructions: ['Please say by which nickname you want to be known in this room.'],
    fields: [nickField],
  }
}

/** The nick that was asked for, or what is wrong. */
export function readRegistration(form: Form): { readonly nick: string } | { readonly problem: string } {
  const checked = checkForm(form, { formType: NS.mucRegister, fields: [nickField] })
  if ('problem' in checked) return checked
  const nick = prepareResource(checked.values.text(NICK) ?? '')
  return nick === undefined ? { problem: `${NICK} is no good nickname` } : { nick }
}

export interface Applicant {
  readonly user: BareJid
  readonly nick: string
}

/** What admins are asked about somebody who wants to be a member (§9.9). What they send back says everything: nothing is kept meanwhile. */
export function approvalForm({ user, nick }: Applicant): Form {
  return {
    type: 'form',
    formType: NS.mucRegister,
    title: 'Registration request',
    instructions: [
      'To let this person become a member, tick the box and send the form. To decline, close it or send it as it is.',
    ],
    fields: approvalFields({ user, nick }),
  }
}

/** What an admin decided about somebody. */
export interface Approval extends Applicant {
  readonly allow: boolean
}

/** What an admin decided; undefined: the form is no approval, or says nothing that could be done. */
export function readApproval(form: Form): Approval | undefined {
  const checked = checkForm(form, { formType: NS.mucRegister, fields: approvalFields() })
  if ('problem' in checked) return undefined
  const { values } = checked
  const user = values.list(USER)?.[0]
  const nick = prepareResource(values.text(NICK) ?? '')
  if (user === undefined || nick === undefined) return undefined
  return { user: bareOf(user as Jid), nick, allow: values.boolean(ALLOW) ?? false }
}

function approvalFields(applicant?: Applicant): FormField[] {
  const values = (value: string | undefined) => (value === undefined ? undefined : [value])
  return [
    { var: USER, type: 'jid-single', label: 'User', required: true, values: values(applicant?.user) },
    { ...nickField, values: values(applicant?.nick) },
    { var: ALLOW, type: 'boolean', label: 'Allow this person to register with the room?', values: ['0'] },
  ]
}
