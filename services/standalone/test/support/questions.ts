import assert from 'node:assert/strict'
import type { RawClient } from '@heliograph/testkit'
import type { Element } from '@heliograph/xml'
import { codesOf, isSubject } from './room.ts'

const CAPTCHA = 'urn:xmpp:captcha'
const FORMS = 'jabber:x:data'

/** Asks to enter a room that asks first; resolves what it asks (XEP-0158 §3.2). */
export function asked(client: RawClient, room: string, nick: string): Promise<Element> {
  client.send(`<presence id='knock' to='${room}/${nick}'><x xmlns='http://jabber.org/protocol/muc'/></presence>`)
  return client.expect(
    (it) => it.name === 'message' && it.attrs.from === room && it.getChild('captcha', CAPTCHA) !== undefined,
  )
}

/** The hidden fields of the form, and the question. */
export function questionOf(challenge: Element): { from: string; sid: string; challenge: string; qa: string } {
  const x = challenge.getChild('captcha', CAPTCHA)?.getChild('x', FORMS)
  const fields = (x?.getChildren('field') ?? []) as Element[]
  const find = (name: string) => fields.find(({ attrs }) => attrs.var === name)
  const value = (name: string) => find(name)?.getChildText('value') ?? ''
  assert.equal(value('FORM_TYPE'), CAPTCHA)
  return { from: value('from'), sid: value('sid'), challenge: value('challenge'), qa: find('qa')?.attrs.label ?? '' }
}

export function answerXml(fields: Readonly<Record<string, string>>): string {
  const xml = Object.entries({ FORM_TYPE: CAPTCHA, ...fields }).map(
    ([name, value]) => `<field var='${name}'><value>${value}</value></field>`,
  )
  return `<captcha xmlns='${CAPTCHA}'><x xmlns='${FORMS}' type='submit'>${xml.join('')}</x></captcha>`
}

/** Resolves once the client is in the room, and has been told the subject. */
export async function bringsIn(client: RawClient, room: string, nick: string): Promise<void> {
  await client.expect(
    (it) => it.name === 'presence' && it.attrs.from === `${room}/${nick}` && codesOf(it).includes('110'),
  )
  await client.expect((it) => isSubject(it, room))
}
