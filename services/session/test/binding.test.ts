import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { infrastructure } from '@heliograph/testkit'
import { TestCluster } from './support/cluster.ts'

const servers = await infrastructure()
after(() => servers.close())

const JULIET = 'juliet@capulet.example'
const clusterWith = (sessions: { resourceConflict?: 'replace' | 'refuse' | 'reassign'; maxResources?: number }) =>
  TestCluster.start(servers, { users: ['juliet'], config: { sessions } })

test('a resource is bound as asked for, or made; a stranger gets none', async () => {
  await using cluster = await clusterWith({})
  const { edge } = cluster
  assert.equal((await edge.connect(JULIET).bind('balcony')).jid, `${JULIET}/balcony`)
  assert.match((await edge.connect(JULIET).bind()).jid, /\/[\w-]{12}$/)
  await assert.rejects(edge.connect('nobody@capulet.example').bind(), /not-allowed/)
})

test('an account that was not there a moment ago can be bound once it is', async () => {
  await using cluster = await clusterWith({})
  const { edge } = cluster
  await assert.rejects(edge.connect('benvolio@capulet.example').bind(), /not-allowed/)
  await cluster.createAccount('benvolio@capulet.example')
  await edge.connect('benvolio@capulet.example').bind('x')
})

test('conflict: the new session replaces the old one', async () => {
  await using cluster = await clusterWith({})
  const old = await cluster.edge.connect(JULIET).login('balcony')
  const young = await cluster.edge.connect(JULIET).login('balcony')
  await old.until(() => old.closedWith === 'conflict')
  assert.equal(young.jid, old.jid)
})

test('conflict: the new session is refused', async () => {
  await using cluster = await clusterWith({ resourceConflict: 'refuse' })
  const old = await cluster.edge.connect(JULIET).login('balcony')
  await assert.rejects(cluster.edge.connect(JULIET).bind('balcony'), /conflict/)
  assert.equal(old.closedWith, undefined)
})

test('conflict: the new session gets another resource', async () => {
  await using cluster = await clusterWith({ resourceConflict: 'reassign' })
  await cluster.edge.connect(JULIET).login('balcony')
  assert.match((await cluster.edge.connect(JULIET).bind('balcony')).jid, /\/balcony-[0-9a-f]{8}$/)
})

test('at the limit a session whose client is gone makes room, one that lives does not', async () => {
  await using cluster = await clusterWith({ maxResources: 2 })
  const { edge } = cluster
  const first = await edge.connect(JULIET).login('one')
  await edge.connect(JULIET).login('two')
  await assert.rejects(edge.connect(JULIET).bind('three'), /resource-constraint/)
  first.lose()
  const third = await edge.connect(JULIET).login('three')
  await assert.rejects(edge.connect(JULIET).resume(first), /item-not-found/)
  assert.equal(third.closedWith, undefined)
})
