/** OBS-05: whoever runs the server watches one user, wherever his stanzas pass. */
import assert from 'node:assert/strict'
import { Readable, Writable } from 'node:stream'
import { runCli } from '@heliograph/heliographctl'
import { bothModes, type Site } from '@heliograph/testkit'
import { newcomer, say, saying } from '../support/actor.ts'
import { control } from '../support/control.ts'

const scenario = await bothModes()

interface Event {
  readonly instance: string
  readonly place: string
  readonly direction: string
  readonly jid: string
  readonly stanza: string
}

/** The lines that heliographctl writes. */
class Lines extends Writable {
  readonly events: Event[] = []
  #rest = ''
  #wake = Promise.withResolvers<void>()

  override _write(chunk: unknown, _encoding: BufferEncoding, done: () => void): void {
    const lines = `${this.#rest}${String(chunk)}`.split('\n')
    this.#rest = lines.pop() ?? ''
    this.events.push(...lines.filter((line) => line.startsWith('{"')).map((line) => JSON.parse(line) as Event))
    this.#wake.resolve()
    this.#wake = Promise.withResolvers()
    done()
  }

  /** Once that many have come. */
  async count(wanted: (event: Event) => boolean, least: number): Promise<Event[]> {
    const until = AbortSignal.timeout(20_000)
    for (;;) {
      const found = this.events.filter(wanted)
      if (found.length >= least) return found
      until.throwIfAborted()
      const late = new Promise<never>((_, reject) =>
        until.addEventListener('abort', () => reject(new Error(JSON.stringify(this.events)))),
      )
      await Promise.race([this.#wake.promise, late])
    }
  }
}

function trace(site: Site, jid: string) {
  const stdout = new Lines()
  const gone = new AbortController()
  const surroundings = { env: {}, stdin: Readable.from(['']), stdout, stderr: new Lines(), signal: gone.signal }
  const ended = runCli(['trace', jid, '--json', '--address', site.description.rpc], surroundings)
  return {
    stdout,
    async end() {
      gone.abort()
      assert.equal(await ended, 0)
    },
  }
}

scenario('heliographctl shows what a user says and hears, at edge and owner, without the words', async (site) => {
  await using alice = await newcomer(site, 'alice', { edge: 0 })
  await using bob = await newcomer(site, 'bob', { edge: 1 })
  const user = alice.jid.split('/')[0]!
  const refused = await control(site, ['trace', user, '--bodies'])
  assert.match(refused.errors, /telemetry\.traceBodies/)

  const watching = trace(site, user)
  await watching.stdout.count(({ place }) => place === 'watching', site.mode === 'cluster' ? 4 : 1)
  say(alice, bob.jid, 'nobody else may read this')
  await bob.expect(saying('nobody else may read this'))
  say(bob, alice.jid, 'nor that')
  await alice.expect(saying('nor that'))

  const about = (place: string, direction: string, bytes: number) => (event: Event) =>
    event.place === place && event.direction === direction && event.stanza.includes(`<body>[${bytes} bytes]</body>`)
  const [sent] = await watching.stdout.count(about('edge', 'in', 25), 1)
  const [handled] = await watching.stdout.count(about('owner', 'in', 25), 1)
  const [routed] = await watching.stdout.count(about('owner', 'in', 8), 1)
  const [heard] = await watching.stdout.count(about('edge', 'out', 8), 1)
  assert.deepEqual([sent!.jid, handled!.jid, routed!.jid, heard!.jid], [alice.jid, alice.jid, user, alice.jid])
  assert.equal(sent!.instance, heard!.instance)
  await watching.end()
  const text = JSON.stringify(watching.stdout.events)
  assert.ok(!text.includes('nobody else') && !text.includes('nor that'))
})
