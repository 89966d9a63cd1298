/** What accounts keep in their nodes is the same by older protocols: bookmarks (XEP-0402, XEP-0411), avatars (XEP-0398), vCards (XEP-0292); and XEP-0490's shortcut. */
import assert from 'node:assert/strict'
import { createHash, randomUUID } from 'node:crypto'
import { bothModes, type RawClient } from '@heliograph/testkit'
import type { Element } from '@heliograph/xml'
import { bareOf, newcomer, saying, settle, together } from '../support/actor.ts'
import { askAccount, Software, told } from '../support/eventing.ts'
import { befriend } from '../support/friends.ts'
import { firstIn, idsOf } from '../support/pubsub.ts'

const scenario = await bothModes()
const BOOKMARKS = 'urn:xmpp:bookmarks:1'
const DISPLAYED = 'urn:xmpp:mds:displayed:0'

const itemsOf = async (client: RawClient, node: string) => {
  const answer = await askAccount(client, { type: 'get', inside: `<items node='${node}'/>` })
  return answer.getChild('pubsub')?.getChild('items') as Element | undefined
}

async function done(client: RawClient, xml: string): Promise<Element> {
  const answer = await client.request(xml)
  assert.equal(answer.attrs.type, 'result', `${answer}`)
  return answer
}

const privately = (inside: string, type = 'set') =>
  `<iq type='${type}' id='${randomUUID()}'><query xmlns='jabber:iq:private'><storage xmlns='storage:bookmarks'>${inside}</storage></query></iq>`

async function storedRooms(client: RawClient): Promise<string[]> {
  const answer = await done(client, privately('', 'get'))
  const storage = answer.getChild('query')?.getChild('storage')
  return (storage?.getChildren('conference') ?? []).map(({ attrs }) => attrs.jid ?? '')
}

scenario('bookmarks are the same in private storage and in the node', async (site) => {
  using all = together({ juliet: await newcomer(site, 'juliet', { edge: 0 }) })
  const { juliet } = all
  const software = new Software(BOOKMARKS)
  await software.announce(juliet)
  await software.explain(juliet)
  await settle(juliet)
  await done(
    juliet,
    privately("<conference jid='a@rooms' name='A'><nick>J</nick></conference><conference jid='b@rooms'/>"),
  )
  assert.deepEqual(idsOf((await told(juliet, BOOKMARKS)).news), ['a@rooms'])
  assert.deepEqual(idsOf((await told(juliet, BOOKMARKS)).news), ['b@rooms'])
  const item = `<item id='c@rooms'><conference xmlns='${BOOKMARKS}' autojoin='true'/></item>`
  await askAccount(juliet, { type: 'set', inside: `<publish node='${BOOKMARKS}'>${item}</publish>` })
  await told(juliet, BOOKMARKS)
  assert.deepEqual(await storedRooms(juliet), ['a@rooms', 'b@rooms', 'c@rooms'])
  await done(juliet, privately("<conference jid='c@rooms' autojoin='true'/>"))
  assert.deepEqual(idsOf(await itemsOf(juliet, BOOKMARKS)), ['c@rooms'])
})

scenario('an avatar is in the vCard and in presence, whichever way it came', async (site) => {
  using all = together({
    juliet: await newcomer(site, 'juliet', { edge: 0 }),
    romeo: await newcomer(site, 'romeo', { edge: 1 }),
  })
  const { juliet, romeo } = all
  await befriend(juliet, romeo)
  const [bytes, data] = [Buffer.from('a picture'), Buffer.from('a picture').toString('base64')]
  const id = createHash('sha1').update(bytes).digest('hex')
  const publish = (node: string, payload: string) => {
    const form = `<publish-options><x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE' type='hidden'><value>http://jabber.org/protocol/pubsub#publish-options</value></field><field var='pubsub#access_model'><value>open</value></field></x></publish-options>`
    return askAccount(juliet, {
      type: 'set',
      inside: `<publish node='${node}'><item id='${id}'>${payload}</item></publish>${form}`,
    })
  }
  await publish('urn:xmpp:avatar:data', `<data xmlns='urn:xmpp:avatar:data'>${data}</data>`)
  await publish(
    'urn:xmpp:avatar:metadata',
    `<metadata xmlns='urn:xmpp:avatar:metadata'><info id='${id}' bytes='${bytes.length}' type='image/png'/></metadata>`,
  )
  const hashOf = (it: Element) => it.getChild('x', 'vcard-temp:x:update')?.getChildText('photo')
  await romeo.expect((it) => it.name === 'presence' && it.attrs.from === juliet.jid && hashOf(it) === id)
  const vcard = await done(romeo, `<iq type='get' id='v' to='${bareOf(juliet.jid)}'><vCard xmlns='vcard-temp'/></iq>`)
  assert.equal(vcard.getChild('vCard')?.getChild('PHOTO')?.getChildText('BINVAL'), data)

  const other = Buffer.from('another').toString('base64')
  await done(
    juliet,
    `<iq type='set' id='w'><vCard xmlns='vcard-temp'><PHOTO><TYPE>image/png</TYPE><BINVAL>${other}</BINVAL></PHOTO></vCard></iq>`,
  )
  const ids = idsOf(await itemsOf(juliet, 'urn:xmpp:avatar:metadata'))
  assert.deepEqual(ids, [createHash('sha1').update('another').digest('hex')])
})

scenario('a vCard is the same in both formats', async (site) => {
  using all = together({
    juliet: await newcomer(site, 'juliet', { edge: 0 }),
    romeo: await newcomer(site, 'romeo', { edge: 1 }),
  })
  const { juliet, romeo } = all
  const node = 'urn:xmpp:vcard4'
  const software = new Software(node)
  await software.announce(juliet)
  await software.explain(juliet)
  await settle(juliet)
  const temp = `<vCard xmlns='vcard-temp'><FN>Juliet Capulet</FN><TEL><CELL/><NUMBER>+39045</NUMBER></TEL><UID>7</UID></vCard>`
  await done(juliet, `<iq type='set' id='t'>${temp}</iq>`)
  const card4 = firstIn((await told(juliet, node)).news).getChild('vcard')
  assert.equal(card4?.getChild('fn')?.getChildText('text'), 'Juliet Capulet')
  assert.equal(card4?.getChild('tel')?.getChildText('uri'), 'tel:+39045')
  // XEP-0292 §3: everybody may read it.
  const read = await askAccount(romeo, { type: 'get', to: bareOf(juliet.jid), inside: `<items node='${node}'/>` })
  assert.equal(read.attrs.type, 'result', `${read}`)

  const card = `<vcard xmlns='urn:ietf:params:xml:ns:vcard-4.0'><fn><text>Juliet Montague</text></fn><gender><sex><text>F</text></sex></gender></vcard>`
  await askAccount(juliet, {
    type: 'set',
    inside: `<publish node='${node}'><item id='current'>${card}</item></publish>`,
  })
  await told(juliet, node)
  // It follows, though not at once.
  const shown = async () => {
    const answer = await done(
      romeo,
      `<iq type='get' id='${randomUUID()}' to='${bareOf(juliet.jid)}'><vCard xmlns='vcard-temp'/></iq>`,
    )
    const fields = answer.getChild('vCard')?.getChildElements() as Element[]
    return fields.map((field) => `${field.name} ${field.getText()}`)
  }
  const wanted = ['FN Juliet Montague', 'UID 7']
  for (const end = Date.now() + 20_000; (await shown()).length > wanted.length && Date.now() < end; )
    await settle(juliet)
  assert.deepEqual(await shown(), wanted)
})

scenario('a message that says by the way how far its sender has read', async (site) => {
  using all = together({
    juliet: await newcomer(site, 'juliet', { edge: 0 }),
    romeo: await newcomer(site, 'romeo', { edge: 1 }),
  })
  const { juliet, romeo } = all
  const mds = `<displayed xmlns='${DISPLAYED}'><stanza-id xmlns='urn:xmpp:sid:0' by='${bareOf(juliet.jid)}' id='7'/></displayed>`
  juliet.send(`<message to='${bareOf(romeo.jid)}' type='chat'><body>read</body>${mds}</message>`)
  assert.equal((await romeo.expect(saying('read'))).getChild('displayed'), undefined)
  await settle(juliet)
  assert.deepEqual(idsOf(await itemsOf(juliet, DISPLAYED)), [bareOf(romeo.jid)])
})
