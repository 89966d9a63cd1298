import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ensureBare } from '@heliograph/jid'
import { GIVEN_CHARACTERS_MAX, GIVEN_MAX, HATS_MAX, RoomHats, WORN_MAX } from './room-hats.ts'

const [nora, max] = ['nora', 'max'].map((name) => ensureBare(`${name}@verona.example`)) as [never, never]
const hat = (uri: string, title = uri) => ({ uri: `urn:x:${uri}`, title })

test('hats are kept, worn, changed and destroyed with all who wore them', () => {
  const some = RoomHats.none.put(hat('host'))!.put({ ...hat('scribe', 'Scribe <&>'), hue: '171.4', lang: 'en' })!
  const worn = some.give(nora, 'urn:x:scribe')!.give(nora, 'urn:x:host')!.give(max, 'urn:x:scribe')!
  assert.equal(
    worn.xmlOf(nora),
    "<hats xmlns='urn:xmpp:hats:0'><hat title='host' uri='urn:x:host'/><hat title='Scribe &lt;&amp;&gt;' uri='urn:x:scribe' hue='171.4' xml:lang='en'/></hats>",
  )
  assert.deepEqual(worn.wearersOf('urn:x:scribe'), [nora, max])
  const kept = RoomHats.of(JSON.parse(JSON.stringify(worn.stored)))
  assert.deepEqual(kept, worn)
  const other = worn.put(hat('scribe', 'Writer'))!
  assert.match(other.xmlOf(max), /title='Writer'/)
  assert.notEqual(other.hash, worn.hash)
  assert.equal(other.put(hat('scribe', 'Writer')), other)
  assert.match(other.put({ ...hat('scribe', 'Schreiber'), lang: 'de' })!.xmlOf(max), /title='Schreiber' .*lang='de'/)
  const gone = other.destroy('urn:x:scribe')
  assert.equal(gone.xmlOf(max), '')
  assert.deepEqual(gone.stored, { hats: [hat('host')], worn: { [nora]: ['urn:x:host'] } })
  assert.equal(gone.take(nora, 'urn:x:host').destroy('urn:x:host').hash, undefined)
})

test('no room has hats without end', () => {
  let full = RoomHats.none
  for (let i = 0; i < HATS_MAX; i++) full = full.put(hat(`h${i}`))!
  assert.equal(full.put(hat('one-more')), undefined)
  assert.ok(full.put(hat('h0', 'another title')))
  assert.equal(full.put(hat('h0')), full)
  for (let i = 0; i < WORN_MAX; i++) full = full.give(nora, `urn:x:h${i}`)!
  assert.equal(full.give(nora, `urn:x:h${WORN_MAX}`), undefined)
  assert.equal(full.give(nora, 'urn:x:h0'), full)
  const many = (prefix: string) => {
    let given = WORN_MAX
    for (let next: RoomHats | undefined = full; next; given++) {
      next = next.give(ensureBare(`${prefix}${Math.floor(given / 2)}@verona.example`), `urn:x:h${given % 2}`)
    }
    return given - 1
  }
  assert.equal(many('u'), GIVEN_MAX)
  const long = many('u'.repeat(900)) - WORN_MAX
  assert.ok(long * 900 < GIVEN_CHARACTERS_MAX && long * 940 > GIVEN_CHARACTERS_MAX, `${long}`)
})
