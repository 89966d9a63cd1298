import { type BareJid, bareOf, type Jid } from '@heliograph/jid'
import { type ConfigField, choice, choices, flag, text } from '@heliograph/stanza'
import type { RoomConfig } from './room-config.ts'

/** More addresses than these are no contacts. */
export const CONTACTS_MAX = 20
/** A longer history is read from the archive (XEP-0313). */
export const HISTORY_MAX = 200
/** So many may be admitted to one room at most; the field's `none` leaves it to the service. */
export const OCCUPANTS_MAX = 1_000_000

const ROLES = { moderator: 'Moderators', participant: 'Participants', visitor: 'Visitors' }

/**
 * Every option of a room, in the order of the form (XEP-0045 §15.5.3). Not here: the lists of admins and owners, which are no part of a
 * configuration but affiliations.
 */
export const CONFIG_FIELDS: { readonly [Key in keyof RoomConfig]: ConfigField<RoomConfig[Key]> } = {
  name: text('muc#roomconfig_roomname', 'Name of the room', 200),
  description: text('muc#roomconfig_roomdesc', 'Description', 2_000, {
    info: { var: 'muc#roominfo_description', type: 'text-single', label: 'Description' },
  }),
  language: {
    ...text('muc#roomconfig_lang', 'Language of the discussion', 35, {
      info: { var: 'muc#roominfo_lang', type: 'text-single', label: 'Language of the discussion' },
    }),
    rule: { datatype: 'xs:language' },
  },
  logged: flag('muc#roomconfig_enablelogging', 'Archive the conversation', true, {
    status: (value) => (value ? 170 : 171),
  }),
  subjectByParticipants: flag('muc#roomconfig_changesubject', 'Participants may change the subject', false, {
    info: { var: 'muc#roominfo_subjectmod', type: 'boolean', label: 'Participants may change the subject' },
  }),
  invitations: flag('muc#roomconfig_allowinvites', 'Members may invite others', false),
  privateMessages: choice<RoomConfig['privateMessages']>(
    'muc#roomconfig_allowpm',
    'Who may send private messages',
    { anyone: 'Anyone', participants: 'Anyone with voice', moderators: 'Moderators', none: 'Nobody' },
    { fallback: 'anyone' },
  ),
  maxOccupants: maxOccupants(),
  presenceBroadcast: choices('muc#roomconfig_presencebroadcast', 'Whose presence is broadcast', ROLES),
  memberListFor: choices('muc#roomconfig_getmemberlist', 'Who may read the member list', ROLES),
  absentShown: flag('x-muc#roomconfig_absentmembers', 'Show members who aren’t there', false, {
    status: (value) => (value ? 102 : 103),
  }),
  listed: flag('muc#roomconfig_publicroom', 'List the room publicly', true, {
    feature: (value) => (value ? 'muc_public' : 'muc_hidden'),
  }),
  persistent: flag('muc#roomconfig_persistentroom', 'Keep the room when nobody is in it', false, {
    feature: (value) => (value ? 'muc_persistent' : 'muc_temporary'),
  }),
  moderated: flag('muc#roomconfig_moderatedroom', 'Only those who were given voice may speak', false, {
    feature: (value) => (value ? 'muc_moderated' : 'muc_unmoderated'),
  }),
  membersOnly: flag('muc#roomconfig_membersonly', 'Only members may enter', false, {
    feature: (value) => (value ? 'muc_membersonly' : 'muc_open'),
  }),
  passwordProtected: flag('muc#roomconfig_passwordprotectedroom', 'A password is needed to enter', false, {
    feature: (value) => (value ? 'muc_passwordprotected' : 'muc_unsecured'),
  }),
  password: { ...text('muc#roomconfig_roomsecret', 'Password', 200), type: 'text-private' },
  addressesFor: choice<RoomConfig['addressesFor']>(
    'muc#roomconfig_whois',
    'Who sees the real addresses of occupants',
    { moderators: 'Moderators', anyone: 'Anyone' },
    {
      fallback: 'moderators',
      feature: (value) => (value === 'anyone' ? 'muc_nonanonymous' : 'muc_semianonymous'),
      status: (value) => (value === 'anyone' ? 172 : 173),
    },
  ),
  historyMax: {
    var: 'muc#maxhistoryfetch',
    label: 'Messages of the past shown on entering, at most',
    type: 'text-single',
    rule: { datatype: 'xs:integer', min: '0', max: String(HISTORY_MAX) },
    fallback: 50,
    info: { var: 'muc#maxhistoryfetch', type: 'text-single', label: 'Messages of the past shown on entering, at most' },
    write: (value) => [String(value)],
    read: ([value]) => (value === undefined ? { problem: 'needs a number' } : { value: Number(value) }),
  },
  pubsubNode: text('muc#roomconfig_pubsub', 'XMPP URI of an associated node', 1_000, {
    info: { var: 'muc#roomconfig_pubsub', type: 'text-single', label: 'XMPP URI of an associated node' },
  }),
  contacts: {
    var: 'muc#roominfo_contactjid',
    label: 'Addresses of contacts',
    type: 'jid-multi',
    fallback: [],
    info: { var: 'muc#roominfo_contactjid', type: 'jid-multi', label: 'Addresses of contacts' },
    write: (value) => value,
    read: readContacts,
  },
  registration: flag('x-muc#roomconfig_registration', 'Users may ask to become members', true),
  // These two are named as Openfire does.
  nicksLocked: flag('x-muc#roomconfig_reservednick', 'Who has a reserved nickname is here under that alone', false),
  nickChanges: flag('x-muc#roomconfig_canchangenick', 'Occupants may change their nicknames', true),
  // Named as ejabberd does, whose clients look for it.
  subscriptions: flag('muc#roomconfig_allow_subscription', 'Users may follow the room without being in it', true),
  captchaProtected: flag('x-muc#roomconfig_captcha_protected', 'Ask whoever has no affiliation a question', false),
}

/** The registry's type is a list; other numbers are as good, so the list is open (XEP-0122 §3.2). */
function maxOccupants(): ConfigField<number | undefined> {
  const offered = ['10', '20', '30', '50', '100', '200', '500', '1000']
  return {
    var: 'muc#roomconfig_maxusers',
    label: 'Occupants at most',
    type: 'list-single',
    options: [...offered, 'none'].map((value) => ({ value, label: value === 'none' ? 'No limit' : value })),
    rule: { datatype: 'xs:string', open: true },
    fallback: undefined,
    write: (value) => [value === undefined ? 'none' : String(value)],
    read: ([value = 'none']) => {
      if (value === 'none') return { value: undefined }
      const most = /^\d{1,9}$/.test(value) ? Number(value) : 0
      return most >= 1 && most <= OCCUPANTS_MAX
        ? { value: most }
        : { problem: `is neither none nor a number from 1 to ${OCCUPANTS_MAX}` }
    },
  }
}

function readContacts(values: readonly string[]): ReturnType<ConfigField<readonly BareJid[]>['read']> {
  // checkForm has made them addresses.
  const contacts = [...new Set(values.map((value) => bareOf(value as Jid)))]
  return contacts.length > CONTACTS_MAX ? { problem: `has more than ${CONTACTS_MAX} addresses` } : { value: contacts }
}
