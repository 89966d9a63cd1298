import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Retention, RetentionLimits } from '@heliograph/archive'
import { connectDatabase, type Database, migrate } from '@heliograph/database'
import type { BareJid, Domain } from '@heliograph/jid'
import { infrastructure } from '@heliograph/testkit'
import { sessionMigrations } from '../src/migrations.ts'

const servers = await infrastructure()
const DAY_MICROS = 86_400_000_000
const NOW = Date.UTC(2026, 0, 1)
let [one, other]: Database[] = []
before(async () => {
  const url = await servers.createDatabase()
  one = await connectDatabase({ url, instance: 'one', poolSize: 2 })
  other = await connectDatabase({ url, instance: 'other', poolSize: 2 })
  await migrate(one, sessionMigrations)
})
after(async () => {
  await one!.close()
  await other!.close()
  await servers.close()
})

test('what is too old goes, domain by domain, in small steps of one instance; what waits stays', async () => {
  const at = (age: number, n: number) => NOW * 1000 - age * DAY_MICROS + n
  const rows: [owner: string, id: number, offline: boolean][] = []
  for (let n = 0; n < 1200; n++) rows.push(['long@capulet.example', at(11, n), false])
  for (let user = 0; user < 60; user++)
    for (const age of [1, 9, 11]) rows.push([`u${user}@capulet.example`, at(age, 0), false])
  rows.push(['away@capulet.example', at(100, 0), true], ['kept@forever.example', at(1000, 0), false])
  rows.push(['brief@short.example', at(2, 0), false], ['brief@short.example', at(0.5, 0), false])
  await one!.query(
    'fill',
    `INSERT INTO archive (owner, id, peer, outgoing, offline, stream, ingress, stanza)
     SELECT owner, id, 'peer@b', false, offline, '', 0, '' FROM unnest($1::text[], $2::bigint[], $3::boolean[]) AS rows (owner, id, offline)`,
    [rows.map(([owner]) => owner), rows.map(([, id]) => id), rows.map(([, , offline]) => offline)],
  )
  const byDomain = new Map([
    ['forever.example' as Domain, 0],
    ['short.example' as Domain, 1],
  ])
  const [mine, theirs] = [one!, other!].map((db) => new Retention(db, { days: 10, byDomain }, () => NOW))
  let purged = 0
  for (let steps = 0; ; steps++) {
    const step = await mine!.step()
    assert.ok(step.purged <= 500 && steps < 100)
    purged += step.purged
    if (step.state === 'done') break
    assert.deepEqual(await theirs!.step(), { state: 'elsewhere', purged: 0 })
  }
  assert.equal(purged, 1200 + 60 + 1)
  assert.deepEqual(await mine!.step(), { state: 'resting', purged: 0 })
  const left = await one!.query<{ owner: string; count: string }>(
    'left',
    "SELECT owner, count(*) AS count FROM archive WHERE owner NOT LIKE 'u%' GROUP BY owner ORDER BY owner",
  )
  assert.deepEqual(
    left.rows.map(({ owner, count }) => `${owner} ${count}`),
    ['away@capulet.example 1', 'brief@short.example 1', 'kept@forever.example 1'],
  )
  const rest = await one!.query<{ count: string }>(
    'rest',
    "SELECT count(*) AS count FROM archive WHERE owner LIKE 'u%'",
  )
  assert.equal(rest.rows[0]?.count, '120')
})

test('another instance goes on where one has stopped', async () => {
  await one!.query('due', "UPDATE archive_purge SET next_pass = now(), position = 'u3', until = now() - interval '1 s'")
  const theirs = new Retention(other!, { days: 5, byDomain: new Map() }, () => NOW)
  let purged = 0
  for (let state = ''; state !== 'done'; ) {
    const step = await theirs.step()
    state = step.state
    purged += step.purged
  }
  // Of u3@ to u9@ and u30@ to u59@ the message of nine days ago; the others come in the next pass.
  assert.equal(purged, 37)
})

test('what was said of single archives counts, also where the policy keeps all for ever', async () => {
  const limits = new RetentionLimits(one!)
  const [given, kept, brief, modest] = ['given', 'longer', 'wished', 'more'].map(
    (user) => `${user}@own.example` as BareJid,
  )
  const at = (age: number) => NOW * 1000 - age * DAY_MICROS
  await one!.query(
    'fill_own',
    `INSERT INTO archive (owner, id, peer, outgoing, offline, stream, ingress, stanza)
     SELECT owner, id, 'peer@b', false, false, '', 0, '' FROM unnest($1::text[]) AS owner, unnest($2::bigint[]) AS id`,
    [[given, kept, brief, modest], [1, 9, 11].map(at)],
  )
  await limits.set(given!, 'given', 3)
  await limits.set(kept!, 'given', 0)
  await limits.set(brief!, 'wished', 3)
  // More than is given is no wish that counts.
  await limits.set(modest!, 'given', 10)
  await limits.set(modest!, 'wished', 20)
  const ages = async () => {
    const { rows } = await one!.query<{ owner: BareJid; ages: string }>(
      'ages_own',
      `SELECT owner, string_agg((($1::bigint - id) / ${DAY_MICROS})::text, ' ' ORDER BY id DESC) AS ages
       FROM archive WHERE owner LIKE '%@own.example' GROUP BY owner`,
      [NOW * 1000],
    )
    return Object.fromEntries(rows.map((row) => [row.owner.split('@')[0], row.ages]))
  }
  const pass = async (days: number) => {
    await one!.query(
      'anew',
      "UPDATE archive_purge SET next_pass = now(), position = '', until = now() - interval '1 s'",
    )
    const retention = new Retention(one!, { days, byDomain: new Map() }, () => NOW)
    while ((await retention.step()).state !== 'done');
  }
  await pass(0)
  assert.deepEqual(await ages(), { given: '1', longer: '1 9 11', wished: '1', more: '1 9' })
  await limits.set(modest!, 'given', null)
  assert.deepEqual(await limits.of(modest!), { given: null, wished: 20 })
  await limits.erase(brief!)
  assert.deepEqual(await limits.of(brief!), { given: null, wished: null })
  await pass(5)
  assert.deepEqual(await ages(), { given: '1', longer: '1 9 11', wished: '1', more: '1' })
})
