import { type BareJid, bareOf, isDomain, type Jid } from '@heliograph/jid'
import { checkForm, type Form, type FormField, NS } from '@heliograph/stanza'
import type { Affiliates } from '../authority/affiliates.ts'
import { type RoomPolicy, readConfig } from '../forms/config-form.ts'
import type { RoomConfig } from '../forms/room-config.ts'
import type { Submission } from './plan-configuration.ts'

const ADMINS = 'muc#roomconfig_roomadmins'
const OWNERS = 'muc#roomconfig_roomowners'

/** The lists that the configuration form has besides the configuration (XEP-0045 §10.2). */
export function listFields(affiliates: Affiliates): FormField[] {
  return fields(
    [...affiliates.list('admin')].map(({ jid }) => jid),
    [...affiliates.list('owner')].map(({ jid }) => jid),
  )
}

function fields(admins?: readonly string[], owners?: readonly string[]): FormField[] {
  return [
    { var: ADMINS, type: 'jid-multi', label: 'All admins', values: admins },
    { var: OWNERS, type: 'jid-multi', label: 'All owners', values: owners },
  ]
}

/** What an owner submits. A form with nothing in it takes the room as it is (§10.1.2). */
export function readSubmission(
  form: Form,
  present: RoomConfig,
  policy: RoomPolicy,
): Submission | { readonly problem: string } {
  const given: Form = isEmpty(form) ? { ...form, formType: NS.mucRoomConfig } : form
  const read = readConfig(given, present, policy)
  if ('problem' in read) return read
  const lists = checkForm(given, { formType: NS.mucRoomConfig, fields: fields() })
  if ('problem' in lists) return lists
  const [admins, owners] = [ADMINS, OWNERS].map((name) => lists.values.list(name)?.map((jid) => bareOf(jid as Jid)))
  if ([...(admins ?? []), ...(owners ?? [])].some((jid: BareJid) => isDomain(jid))) {
    return { problem: 'a whole domain can be neither owner nor admin' }
  }
  return { config: read.config, admins, owners }
}

function isEmpty({ fields: given, formType }: Form): boolean {
  return given.length === 0 && formType === undefined
}
