/** BOSH sessions whose edge goes while another one serves their requests. */
import assert from 'node:assert/strict'
import { bothModes, Cluster, RawClient, type Site } from '@heliograph/testkit'
import { newcomer, say, saying, settle } from '../support/actor.ts'

const scenario = await bothModes({
  modes: ['cluster'],
  counts: { session: 1, fanout: 1, muc: 1, pubsub: 1, gateway: 1 },
})

/** The session is held by the first edge, and all its requests go to the second. */
const across = (site: Site) => ({ ...site.at(0, 'boshs'), laterPorts: [site.at(1, 'boshs').port] })

function firstEdge(site: Site) {
  assert.ok(site.server instanceof Cluster)
  return site.server.of('edge')[0]!.process
}

scenario('an edge that is killed: the client is told at once, and resumes', async (site) => {
  const person = await site.person('juliet')
  await using romeo = await newcomer(site, 'romeo', { edge: 1 })
  const juliet = await RawClient.login(across(site), { ...person, sm: true })
  await settle(juliet)
  await firstEdge(site).kill()
  const killed = performance.now()
  const error = await juliet.ended
  assert.match(String(error), /item-not-found/)
  assert.ok(performance.now() - killed < 10_000, 'the request is not held until its time is up')
  say(romeo, juliet.jid, 'while away')
  await using again = await RawClient.resumed(site.at(1, 'boshs'), person, juliet)
  await again.expect(saying('while away'))
  say(again, romeo.jid, 'back')
  await romeo.expect(saying('back'))
  await firstEdge(site).start()
  await firstEdge(site).serving()
})

scenario('an edge that is drained: the client is told why, and resumes', async (site) => {
  const person = await site.person('juliet')
  const juliet = await RawClient.login(across(site), { ...person, sm: true })
  await settle(juliet)
  assert.equal(await firstEdge(site).drain(), 0)
  assert.match(String(await juliet.ended), /system-shutdown/)
  await using again = await RawClient.resumed(site.at(1, 'boshs'), person, juliet)
  say(again, again.jid, 'to myself')
  await again.expect(saying('to myself'))
})
