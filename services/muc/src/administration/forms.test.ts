import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ensureBare, ensureFull } from '@heliograph/jid'
import { type Form, formElement, NS, readForm } from '@heliograph/stanza'
import { approvalForm, readApproval, readRegistration, registrationForm } from '../registration/registration-form.ts'
import { asksForVoice, readVoiceDecision, voiceForm } from './voice-form.ts'

/** The form as a client sends it back, with some fields filled in. */
function filled(form: Form, values: Record<string, string> = {}): Form {
  const shown = readForm(formElement(form))!
  const fields = shown.fields.map((field) => ({
    ...field,
    values: values[field.var!] ? [values[field.var!]!] : field.values,
  }))
  return { ...shown, type: 'submit', fields }
}

const submit = (formType: string, values: Record<string, string>): Form => ({
  type: 'submit',
  formType,
  fields: Object.entries(values).map(([name, value]) => ({ var: name, values: [value] })),
})

test('voice is asked for with one field, and given by the form that moderators get', () => {
  assert.equal(asksForVoice(submit(NS.mucRequest, { 'muc#role': 'participant' })), true)
  assert.equal(asksForVoice(submit(NS.mucRequest, { 'muc#role': 'moderator' })), false)
  assert.equal(asksForVoice(submit(NS.mucRequest, {})), false)
  assert.equal(asksForVoice(submit(NS.mucRegister, { 'muc#role': 'participant' })), false)
  const asked = voiceForm({ jid: ensureFull('vic@verona.example/pda'), nick: 'vic' })
  assert.equal(asksForVoice(filled(asked)), false)
  assert.deepEqual(readVoiceDecision(filled(asked)), { nick: 'vic', jid: 'vic@verona.example/pda', allow: false })
  assert.equal(readVoiceDecision(filled(asked, { 'muc#request_allow': 'true' }))?.allow, true)
  assert.equal(readVoiceDecision(submit(NS.mucRequest, { 'muc#role': 'participant' })), undefined)
  assert.equal(
    readVoiceDecision(submit(NS.mucRequest, { 'muc#roomnick': 'x', 'muc#request_allow': 'maybe' })),
    undefined,
  )
})

test('registration asks for a nick, and its approval names the user', () => {
  const form = registrationForm('balcony@conference.example')
  assert.deepEqual(readRegistration(filled(form, { 'muc#register_roomnick': 'thirdwitch' })), { nick: 'thirdwitch' })
  const problem = (values: Record<string, string>) => {
    const read = readRegistration(submit(NS.mucRegister, values))
    return 'problem' in read ? read.problem : ''
  }
  assert.match(problem({}), /required/)
  assert.match(problem({ 'muc#register_roomnick': '\u0007' }), /no good nickname/)
  const user = ensureBare('vic@verona.example')
  const asked = approvalForm({ user, nick: 'vic' })
  assert.deepEqual(readApproval(filled(asked)), { user, nick: 'vic', allow: false })
  assert.equal(readApproval(filled(asked, { 'muc#register_allow': '1' }))?.allow, true)
  assert.equal(readApproval(submit(NS.mucRegister, { 'muc#register_allow': '1' })), undefined)
})
