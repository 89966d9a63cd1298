import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ensureBare } from '@heliograph/jid'
import { type Form, formElement, NS, readForm } from '@heliograph/stanza'
import { CONFIG_FIELDS } from './config-fields.ts'
import { configFields, DEFAULT_CONFIG, readConfig, statusOfChanges } from './config-form.ts'
import type { RoomConfig } from './room-config.ts'
import { roomFeatures, roomInfo } from './room-info.ts'
import { configOfStored, storedConfig } from './stored-config.ts'

const submit = (values: Record<string, string[]>): Form => ({
  type: 'submit',
  formType: NS.mucRoomConfig,
  fields: Object.entries(values).map(([name, each]) => ({ var: name, values: each })),
})

const changed = (values: Record<string, string[]>, present = DEFAULT_CONFIG): RoomConfig => {
  const read = readConfig(submit(values), present)
  assert.ok('config' in read, 'problem' in read ? read.problem : '')
  return read.config
}

const problem = (values: Record<string, string[]>): string => {
  const read = readConfig(submit(values), DEFAULT_CONFIG)
  return 'problem' in read ? read.problem : ''
}

const busy: RoomConfig = {
  name: 'Balcony',
  description: 'Below the window',
  language: 'it-IT',
  logged: false,
  subjectByParticipants: true,
  invitations: true,
  privateMessages: 'moderators',
  maxOccupants: 77,
  presenceBroadcast: ['moderator', 'participant'],
  absentShown: true,
  memberListFor: [],
  listed: false,
  persistent: true,
  moderated: true,
  membersOnly: true,
  passwordProtected: true,
  password: 'wherefore',
  addressesFor: 'anyone',
  historyMax: 0,
  pubsubNode: 'xmpp:pubsub.example?;node=balcony',
  contacts: [ensureBare('nurse@capulet.example')],
  registration: false,
  nicksLocked: true,
  nickChanges: false,
  subscriptions: false,
  captchaProtected: true,
}

test('a form that comes back as it was given changes nothing, whatever the configuration', () => {
  for (const config of [DEFAULT_CONFIG, busy]) {
    const shown = readForm(formElement({ type: 'form', formType: NS.mucRoomConfig, fields: configFields(config) }))
    const read = readConfig({ ...shown!, type: 'submit' }, config)
    assert.deepEqual(read, { config })
    assert.deepEqual(statusOfChanges(config, config), [])
    assert.deepEqual(configOfStored(JSON.parse(JSON.stringify(storedConfig(config)))), config)
  }
})

test('every field can be changed by itself, and what is left out stays', () => {
  for (const key of Object.keys(CONFIG_FIELDS) as (keyof RoomConfig)[]) {
    const field = CONFIG_FIELDS[key] as (typeof CONFIG_FIELDS)['name']
    const present = key === 'passwordProtected' ? { ...DEFAULT_CONFIG, password: 'x' } : DEFAULT_CONFIG
    const config = changed({ [field.var]: [...field.write(busy[key] as string)] }, present)
    assert.deepEqual(config, { ...present, [key]: busy[key] }, key)
  }
  assert.deepEqual(changed({}), DEFAULT_CONFIG)
  assert.deepEqual(changed({ unheard_of: ['x'] }), DEFAULT_CONFIG)
})

test('what is no good value is told with the field', () => {
  assert.match(problem({ 'muc#roomconfig_roomname': ['x'.repeat(201)] }), /roomname has more than 200/)
  assert.match(problem({ 'muc#roomconfig_roomname': ['a', 'b'] }), /takes one value/)
  assert.match(problem({ 'muc#roomconfig_moderatedroom': ['maybe'] }), /not a boolean/)
  assert.match(problem({ 'muc#roomconfig_whois': ['everybody'] }), /whois is not among the options/)
  assert.match(problem({ 'muc#roomconfig_whois': [] }), /needs a choice/)
  assert.match(problem({ 'muc#roomconfig_presencebroadcast': ['owner'] }), /not among the options/)
  assert.match(problem({ 'muc#roomconfig_lang': ['no language'] }), /xs:language/)
  assert.match(problem({ 'muc#maxhistoryfetch': ['-1'] }), /xs:integer/)
  assert.match(problem({ 'muc#maxhistoryfetch': ['201'] }), /xs:integer/)
  for (const value of ['0', '-1', 'many', '1e3', '1000000000']) {
    assert.match(problem({ 'muc#roomconfig_maxusers': [value] }), /maxusers is neither/)
  }
  assert.match(problem({ 'muc#roominfo_contactjid': ['@@'] }), /not a JID/)
  assert.match(
    problem({ 'muc#roominfo_contactjid': Array.from({ length: 21 }, (_, n) => `u${n}@x.example`) }),
    /more than 20/,
  )
  assert.match(problem({ 'muc#roomconfig_passwordprotectedroom': ['1'] }), /roomsecret is required/)
  const foreign = readConfig({ ...submit({}), formType: NS.mucRegister }, DEFAULT_CONFIG)
  assert.match('problem' in foreign ? foreign.problem : '', /FORM_TYPE/)
})

test('numbers of occupants besides those that are offered are good, too', () => {
  assert.equal(changed({ 'muc#roomconfig_maxusers': ['17'] }).maxOccupants, 17)
  assert.equal(changed({ 'muc#roomconfig_maxusers': ['none'] }, busy).maxOccupants, undefined)
})

test('§10.2.1: status codes of changes', () => {
  const codes = (values: Partial<RoomConfig>, before: Partial<RoomConfig> = {}) =>
    statusOfChanges({ ...DEFAULT_CONFIG, ...before }, { ...DEFAULT_CONFIG, ...values })
  assert.deepEqual(codes({ logged: false }), [171])
  assert.deepEqual(codes({ logged: true }, { logged: false }), [170])
  assert.deepEqual(codes({ addressesFor: 'anyone' }), [172])
  assert.deepEqual(codes({}, { addressesFor: 'anyone' }), [173])
  assert.deepEqual(codes({ name: 'Balcony' }), [104])
  assert.deepEqual(codes({ name: 'Balcony', description: 'x', logged: false, addressesFor: 'anyone' }), [104, 171, 172])
})

test('§6.4: what sort of room it is, as features and as information', () => {
  assert.deepEqual(roomFeatures(DEFAULT_CONFIG), [
    'muc_public',
    'muc_temporary',
    'muc_unmoderated',
    'muc_open',
    'muc_unsecured',
    'muc_semianonymous',
  ])
  assert.deepEqual(roomFeatures(busy), [
    'muc_hidden',
    'muc_persistent',
    'muc_moderated',
    'muc_membersonly',
    'muc_passwordprotected',
    'muc_nonanonymous',
  ])
  const told = (config: RoomConfig, state: Parameters<typeof roomInfo>[1]) =>
    Object.fromEntries(roomInfo(config, state).fields.map((field) => [field.var, field.values?.join()]))
  assert.deepEqual(told(busy, { subject: 'Names', occupants: 2, avatarHashes: ['aa', 'bb'] }), {
    'muc#roominfo_description': 'Below the window',
    'muc#roominfo_lang': 'it-IT',
    'muc#roominfo_subjectmod': '1',
    'muc#maxhistoryfetch': '0',
    'muc#roomconfig_pubsub': 'xmpp:pubsub.example?;node=balcony',
    'muc#roominfo_contactjid': 'nurse@capulet.example',
    'muc#roominfo_occupants': '2',
    'muc#roominfo_subject': 'Names',
    'muc#roominfo_avatarhash': 'aa,bb',
  })
  assert.equal(
    JSON.stringify(told(busy, { subject: undefined, occupants: 0, avatarHashes: [] })).includes('wherefore'),
    false,
  )
})

test('what owners can’t change is not in the form, and stays or goes back to what it is by default', () => {
  const policy = { defaults: { ...DEFAULT_CONFIG, persistent: true }, fixed: ['persistent', 'listed'] as const }
  const vars = configFields(DEFAULT_CONFIG, policy.fixed).map((field) => field.var)
  assert.ok(!vars.includes('muc#roomconfig_persistentroom') && vars.includes('muc#roomconfig_roomname'))
  const given = (values: Record<string, string[]>, present: RoomConfig) => readConfig(submit(values), present, policy)
  const former = { ...DEFAULT_CONFIG, persistent: false }
  assert.deepEqual(given({ 'muc#roomconfig_persistentroom': ['0'] }, former), { config: former })
  assert.deepEqual(given({ 'muc#roomconfig_persistentroom': ['1'] }, former), { config: policy.defaults })
  for (const refused of ['persistentroom', 'publicroom'])
    assert.deepEqual(given({ [`muc#roomconfig_${refused}`]: ['0'] }, policy.defaults), {
      problem: `muc#roomconfig_${refused} can't be changed on this server`,
    })
})
