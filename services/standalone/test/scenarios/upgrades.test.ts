/** AUTH-07: an account that came with old keys gets stronger ones from its own client, and nobody else’s. */
import assert from 'node:assert/strict'
import { pbkdf2Sync } from 'node:crypto'
import { connectDatabase } from '@heliograph/database'
import { bothModes, type Person, type RawClient, type Site } from '@heliograph/testkit'
import type { Element } from '@heliograph/xml'
import { enter } from '../support/actor.ts'
import { authenticate2, bindXml, NS_SASL2 } from '../support/sasl2.ts'

// With a database of their own, so that keys can be taken out of it.
const scenario = await bothModes({ config: { authentication: { iterations: 5000 } } })
const NS_UPGRADE = 'urn:xmpp:sasl:upgrade:0'
const NS_SCRAM = 'urn:xmpp:scram-upgrade:0'
const TO_512 = 'UPGR-SCRAM-SHA-512'
const wish = (...names: string[]) => names.map((name) => `<upgrade xmlns='${NS_UPGRADE}'>${name}</upgrade>`).join('')

/** As an account is that was brought here from a server that had keys for SHA-1 and SHA-256 only. */
async function importedPerson(site: Site, name: string): Promise<Person> {
  const person = await site.person(name)
  const db = await connectDatabase({ url: site.server.postgres!, instance: 'scenario', poolSize: 1 })
  const sql = "DELETE FROM account_scram WHERE jid = $1 AND hash = 'SHA-512'"
  assert.equal((await db.query('import', sql, [person.jid])).count, 1)
  await db.close()
  return person
}

const sasl2 = (client: RawClient, xml: string): Promise<Element> => {
  client.send(xml)
  return client.expect((element) => element.getNS() === NS_SASL2)
}

scenario(
  'nell’s client makes the keys that lack while it logs in at one edge, and uses them at the other',
  async (site) => {
    const nell = await importedPerson(site, 'nell')
    const strongest = { mechanism: 'SCRAM-SHA-512', priority: false } as const
    await assert.rejects(enter(site, nell, { edge: 1, ...strongest }), /not-authorized/)
    const begun = await authenticate2(site.at(0, 'tls'), nell, wish(TO_512, 'UPGR-SCRAM-SHA-256') + bindXml('App'))
    await using client = begun.client
    const { answer } = begun
    assert.deepEqual([answer.name, answer.getChild('tasks')?.getChildText('task')], ['continue', TO_512])
    const data = await sasl2(client, `<next xmlns='${NS_SASL2}' task='${TO_512}'/>`)
    const salt = data.getChild('salt', NS_SCRAM)
    const iterations = Number(salt?.attrs.iterations)
    assert.equal(iterations, 5000)
    const salted = pbkdf2Sync(nell.password, Buffer.from(salt?.getText() ?? '', 'base64'), iterations, 64, 'sha512')
    const hash = `<hash xmlns='${NS_SCRAM}'>${salted.toString('base64')}</hash>`
    const success = await sasl2(client, `<task-data xmlns='${NS_SASL2}'>${hash}</task-data>`)
    assert.ok(success.getChildText('authorization-identifier')?.startsWith(`${nell.jid}/App/`), `${success}`)
    for (const edge of [1, 0]) {
      await using again = await enter(site, nell, { edge, ...strongest })
      await again.close()
    }
    const once = await authenticate2(site.at(1, 'tls'), nell, wish(TO_512))
    assert.equal(once.answer.name, 'success')
    await once.client.close()
  },
)

scenario(
  'who breaks off in the middle, or sends something else, is not logged in, and nothing is stored',
  async (site) => {
    const nell = await importedPerson(site, 'nell')
    const task = `<next xmlns='${NS_SASL2}' task='${TO_512}'/>`
    const keys = (content: string) =>
      `<task-data xmlns='${NS_SASL2}'><hash xmlns='${NS_SCRAM}'>${content}</hash></task-data>`
    for (const steps of [
      [task, `<abort xmlns='${NS_SASL2}'/>`],
      [task, keys('')],
      [task, keys('AAAA')],
      [keys('AAAA')],
    ]) {
      const { client, answer } = await authenticate2(site.at(0, 'tls'), nell, wish(TO_512))
      assert.equal(answer.name, 'continue')
      let last = answer
      for (const step of steps) last = await sasl2(client, step)
      assert.equal(last.name, 'failure')
      client.cut()
    }
    const { client, answer } = await authenticate2(site.at(1, 'tls'), nell, wish(TO_512))
    assert.equal(answer.name, 'continue')
    client.cut()
    await using other = await enter(site, nell, { mechanism: 'SCRAM-SHA-256', priority: false })
    await other.close()
  },
)
