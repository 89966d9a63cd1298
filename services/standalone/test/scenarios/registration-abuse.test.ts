/** SEC-06: where everybody may register, not everything may be registered, nor as much as one likes. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { bothModes, RawClient, type Site } from '@heliograph/testkit'
import { enter, errorOf } from '../support/actor.ts'

const NS_REGISTER = 'jabber:iq:register'
const PER_ADDRESS = 12

const scenario = await bothModes({ config: { registration: { open: 'always', perAddress: PER_ADDRESS } } })

/** The outcome of an attempt to register at an edge. */
async function attempt(site: Site, edge: number, user: string): Promise<string> {
  await using client = await RawClient.connect(site.at(edge))
  await client.open()
  const fields = `<username>${user}</username><password>water over the gunwale</password>`
  const answer = await client.request(`<iq type='set' id='a'><query xmlns='${NS_REGISTER}'>${fields}</query></iq>`)
  await client.close()
  return errorOf(answer) ?? 'made'
}

scenario('a name that was removed, or that looks like another, is nobody’s to register', async (site) => {
  const salt = randomBytes(4).toString('hex').replaceAll(/[01]/g, 'x')
  const nell = await site.person(`modern-${salt}`)
  assert.equal(await attempt(site, 0, nell.user), 'cancel/conflict')
  assert.equal(await attempt(site, 1, nell.user.replace('modern', 'rnodem')), 'cancel/conflict')
  assert.equal(await attempt(site, 0, nell.user.replace('modern', 'mоdern')), 'modify/not-acceptable')
  assert.equal(await attempt(site, 1, `${nell.user}-jr`), 'made')
  await using client = await enter(site, nell)
  const removal = `<iq type='set' id='gone'><query xmlns='${NS_REGISTER}'><remove/></query></iq>`
  assert.equal((await client.request(removal)).attrs.type, 'result')
  await client.ended
  assert.equal(await attempt(site, 1, nell.user), 'cancel/conflict')
})

scenario('attempts from one address are counted at all edges together', async (site) => {
  const outcomes: string[] = []
  for (let i = 0; i <= PER_ADDRESS; i++)
    outcomes.push(await attempt(site, i, `many-${i}-${randomBytes(4).toString('hex')}`))
  const made = outcomes.filter((outcome) => outcome === 'made').length
  assert.ok(made > 0 && made < PER_ADDRESS, outcomes.join())
  assert.deepEqual(new Set(outcomes.slice(made)), new Set(['wait/resource-constraint']))
  // Who has an account still comes in.
  await using client = await enter(site, await site.person('regular'))
  await client.close()
})
