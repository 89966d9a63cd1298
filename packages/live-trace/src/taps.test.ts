import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { BareJid, Jid } from '@heliograph/jid'
import type { WatchEvent } from '@heliograph/rpc'
import { Stanza } from '@heliograph/stanza'
import { EMPTY_SCOPE } from '@heliograph/xml'
import { shown } from './shown.ts'
import { Taps } from './taps.ts'
import { watch } from './watch.ts'

const alice = 'alice@localhost' as BareJid

function stanza(xml: string): Stanza {
  return Stanza.parse(Buffer.from(xml), EMPTY_SCOPE)!
}

const said = (text: string) =>
  stanza(`<message xmlns='jabber:client' to='bob@localhost' type='chat'><body>${text}</body></message>`)
const sighting = (text: string, user = alice) =>
  ({ place: 'edge', direction: 'in', user, jid: `${user}/phone` as Jid, stanza: said(text) }) as const

test('texts are withheld; secrets are, whatever is asked for', () => {
  assert.match(shown(said('hello'), false), /<body>\[5 bytes\]<\/body>/)
  assert.match(shown(said('hello'), true), /<body>hello<\/body>/)
  const iq = stanza(
    `<iq xmlns='jabber:client' type='set' id='1'><query xmlns='jabber:iq:register'><username>a</username></query></iq>`,
  )
  assert.match(shown(iq, true), /<username>\[1 bytes\]</)
  const join = `<presence xmlns='jabber:client'><x xmlns='muc' password='open'><password>sesame</password></x></presence>`
  const text = shown(stanza(join), true)
  assert.ok(!text.includes('sesame') && !text.includes('open'), text)
  assert.match(
    shown(stanza(`<presence xmlns='jabber:client'><x xmlns='y' uri='data:${'a'.repeat(300)}'/></presence>`), true),
    /uri="\[305 bytes\]"|uri='\[305 bytes\]'/,
  )
})

test('a user is watched until the caller is gone, and then nobody is', async () => {
  const taps = new Taps()
  const gone = new AbortController()
  assert.equal(taps.any, false)
  const events = watch(taps)({ jid: alice, bodies: true }, { peer: 'test', signal: gone.signal })
  assert.equal((await events.next()).value?.place, 'watching')
  assert.equal(taps.any, true)
  taps.see(sighting('for somebody else', 'bob@localhost' as BareJid))
  taps.see(sighting('first'))
  taps.see(sighting('second'))
  const seen = [await events.next(), await events.next()].map(({ value }) => (value as WatchEvent).stanza)
  assert.match(seen[0]!, /first/)
  assert.match(seen[1]!, /second/)
  const next = events.next()
  gone.abort()
  assert.equal((await next).done, true)
  assert.equal(taps.any, false)
})

test('what is read too slowly is left out, and counted', async () => {
  const taps = new Taps()
  const gone = new AbortController()
  const tap = taps.open(alice, false, gone.signal)
  for (let i = 0; i < 1_007; i++) taps.see(sighting(String(i)))
  const events = tap[Symbol.asyncIterator]()
  for (let i = 0; i < 1_000; i++) assert.equal(((await events.next()).value as WatchEvent).dropped, 0)
  const next = events.next()
  taps.see(sighting('at last'))
  assert.equal(((await next).value as WatchEvent).dropped, 7)
  gone.abort()
})
