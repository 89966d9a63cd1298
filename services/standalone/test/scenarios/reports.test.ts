/** SEC-02: spam reported with a block reaches the operators. */
import assert from 'node:assert/strict'
import { bothModes } from '@heliograph/testkit'
import { bareOf, enter, newcomer, say, saying, settle } from '../support/actor.ts'
import { blockList, command } from '../support/blocking.ts'

const operator = { user: 'operator', password: 'keeps the peace' }
const scenario = await bothModes({
  config: {
    accounts: [{ jid: 'operator@localhost', password: operator.password }],
    reportsTo: ['operator@localhost'],
  },
})

scenario('juliet blocks paris and says why; the operator is told who, whom, why and which message', async (site) => {
  await using juliet = await newcomer(site, 'juliet')
  await using paris = await newcomer(site, 'paris', { edge: 1 })
  const reported = bareOf(paris.jid)
  say(paris, juliet.jid, 'Happily met, my lady and my wife!')
  const message = await juliet.expect(saying('Happily met, my lady and my wife!'))
  const id = message.getChild('stanza-id', 'urn:xmpp:sid:0')?.attrs ?? {}
  const report = `<item jid='${reported}'><report xmlns='urn:xmpp:reporting:1' reason='urn:xmpp:reporting:spam'>
    <stanza-id xmlns='urn:xmpp:sid:0' by='${id.by}' id='${id.id}'/><text xml:lang='en'>persistent &amp; dull</text></report></item>`
  assert.equal((await command(juliet, 'block', report, 'unreported@spam.example')).attrs.type, 'result')
  assert.deepEqual(await blockList(juliet), [reported, 'unreported@spam.example'].sort())
  await using desk = await enter(site, { ...operator, jid: `operator@${site.domain}` }, { edge: 1 })
  const told = await desk.expect((it) => it.getChildText('body')?.includes(reported) === true)
  assert.equal(told.attrs.from, site.domain)
  const body = told.getChildText('body') ?? ''
  for (const part of [bareOf(juliet.jid), 'urn:xmpp:reporting:spam', 'persistent & dull'])
    assert.ok(body.includes(part))
  const payload = told.getChild('report', 'urn:xmpp:reporting:1')
  assert.equal(payload?.attrs.reason, 'urn:xmpp:reporting:spam')
  assert.deepEqual(payload?.getChild('stanza-id', 'urn:xmpp:sid:0')?.attrs.id, id.id)
  await settle(desk)
  assert.deepEqual(
    desk.takeAll((it) => it.name === 'message'),
    [],
  )
})
