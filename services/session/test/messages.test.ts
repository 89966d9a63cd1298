import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { infrastructure } from '@heliograph/testkit'
import { TestCluster } from './support/cluster.ts'

const servers = await infrastructure()
after(() => servers.close())

test('a message goes from one user to the other, and both sides take custody', async () => {
  await using cluster = await TestCluster.start(servers, { users: ['juliet', 'romeo@montague.example'] })
  const juliet = await cluster.edge.connect('juliet@capulet.example').login('balcony')
  const romeo = await cluster.edge.connect('romeo@montague.example').login('orchard')
  juliet.send("<message to='romeo@montague.example' type='chat'><body>Art thou not Romeo?</body></message>")
  const message = await romeo.message('Art thou not Romeo?')
  assert.equal(message.from, 'juliet@capulet.example/balcony')
  await juliet.settled()
})
