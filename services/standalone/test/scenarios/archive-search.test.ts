/** MSG-11: people find what was said by its words (XEP-0431). */
import assert from 'node:assert/strict'
import { bothModes, type RawClient, slixmppAvailable } from '@heliograph/testkit'
import { bareOf, errorOf, newcomer, say, saying, settle, together } from '../support/actor.ts'
import { bodiesOf, readArchive, readWholeArchive } from '../support/archive.ts'
import { freshRoom, join, makeRoom, tell } from '../support/room.ts'
import { slixmppDoes } from '../support/slixmpp-does.ts'

const scenario = await bothModes({ config: { archive: { search: true } } })
const FULL_TEXT = '{urn:xmpp:fulltext:0}fulltext'

async function find(client: RawClient, text: string, others = {}): Promise<string> {
  const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
  return bodiesOf(await readArchive(client, { [FULL_TEXT]: escaped, ...others })).join(' | ')
}

scenario('words are found wherever they are in a text, each in their own archive only', async (site) => {
  const people = {
    romeo: await newcomer(site, 'romeo', { edge: 0 }),
    juliet: await newcomer(site, 'juliet', { edge: 1 }),
    nurse: await newcomer(site, 'nurse', { edge: 0 }),
  }
  using _ = together(people)
  const { romeo, juliet, nurse } = people
  const texts = [
    'It is the EAST, and Juliet is the sun',
    'See how she leans her cheek',
    'Über allen Gipfeln: die Sonne',
    'thou &amp; I',
  ]
  for (const text of texts) {
    say(romeo, juliet.jid, text)
    await juliet.expect(saying(text.replace('&amp;', '&')))
  }
  say(nurse, romeo.jid, 'the sun for shame')
  await romeo.expect(saying('the sun for shame'))

  assert.equal(await find(juliet, 'sun'), texts[0])
  assert.equal(await find(juliet, 'east JULIET'), texts[0])
  assert.equal(await find(juliet, 'über sonne'), texts[2])
  assert.equal(await find(juliet, 'sun cheek'), '')
  assert.equal(await find(juliet, 'sun or cheek'), `${texts[0]} | ${texts[1]}`)
  assert.equal(await find(juliet, 'she -cheek'), '')
  assert.equal(await find(juliet, 'message'), '')
  assert.equal(await find(romeo, 'sun'), `${texts[0]} | the sun for shame`)
  assert.equal(await find(romeo, 'sun', { with: bareOf(nurse.jid) }), 'the sun for shame')
  assert.equal(await find(nurse, 'cheek'), '')
})

scenario('what is found comes in pages and is counted like everything else', async (site) => {
  const people = {
    romeo: await newcomer(site, 'romeo', { edge: 0 }),
    juliet: await newcomer(site, 'juliet', { edge: 1 }),
  }
  using _ = together(people)
  const { romeo, juliet } = people
  for (let n = 0; n < 12; n++) say(romeo, juliet.jid, n % 2 === 0 ? `night ${n}` : `day ${n}`)
  await juliet.expect(saying('day 11'))
  await settle(juliet)
  const nights = await readWholeArchive(juliet, { [FULL_TEXT]: 'night' })
  assert.equal(nights.map(({ body }) => body).join(), 'night 0,night 2,night 4,night 6,night 8,night 10')
  const first = await readArchive(juliet, { [FULL_TEXT]: 'night', set: '<max>4</max>' })
  assert.deepEqual([bodiesOf(first).length, first.complete], [4, false])
  const rest = await readArchive(juliet, { [FULL_TEXT]: 'night', set: `<max>4</max><after>${first.last}</after>` })
  assert.deepEqual([bodiesOf(rest), rest.complete], [['night 8', 'night 10'], true])
  const counted = await readArchive(juliet, { [FULL_TEXT]: 'night', set: '<max>0</max>' })
  assert.equal(counted.answer.getChild('fin')?.getChild('set')?.getChildText('count'), '6')
})

scenario('words are found in what was said in a room', async (site) => {
  const people = {
    romeo: await newcomer(site, 'romeo', { edge: 0 }),
    juliet: await newcomer(site, 'juliet', { edge: 1 }),
  }
  using _ = together(people)
  const { romeo, juliet } = people
  const room = freshRoom(site)
  await makeRoom(romeo, room, 'Romeo', { roomname: 'Tomb' })
  await join(juliet, room, 'Juliet')
  for (const text of ['poison-I-see', 'happy-dagger']) {
    tell(romeo, room, text)
    await juliet.expect(saying(text))
  }
  assert.equal(await find(juliet, 'dagger', { at: room }), 'happy-dagger')
  assert.equal(await find(juliet, 'rust', { at: room }), '')
  assert.equal(await find(juliet, 'dagger'), '')
})

scenario('no text breaks a search', async (site) => {
  const people = {
    romeo: await newcomer(site, 'romeo', { edge: 0 }),
    juliet: await newcomer(site, 'juliet', { edge: 1 }),
  }
  using _ = together(people)
  const { romeo, juliet } = people
  say(romeo, juliet.jid, 'What’s in a name?')
  await juliet.expect(saying('What’s in a name?'))
  for (const text of ['!!!', '"unclosed', "' OR 1=1 --", '& | ! ( ) :* <->', '-', '\\', '%_', 'x'.repeat(256), '漢字'])
    assert.equal(await find(juliet, text), '', text)
  assert.equal(await find(juliet, ''), 'What’s in a name?')
  assert.equal(await find(juliet, '"in a name" !'), 'What’s in a name?')
  const tooLong = await readArchive(juliet, { [FULL_TEXT]: 'x'.repeat(257) })
  assert.equal(errorOf(tooLong.answer), 'modify/bad-request')
})

if (slixmppAvailable())
  scenario('slixmpp searches by its archive plug-in, with one more field', (site) =>
    slixmppDoes(site, 'archive_search'),
  )
