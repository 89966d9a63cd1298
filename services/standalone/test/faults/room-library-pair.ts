import { type Site, StanzaPeer } from '@heliograph/testkit'
import type { Element } from '@heliograph/xml'
import { freshRoom } from '../support/room.ts'

const LIMIT_MS = 20_000

/** Two clients of the library `stanza` in a room of theirs, one over a WebSocket and one over BOSH, who talk in turn. */
export class LibraryPair implements AsyncDisposable {
  readonly #room: string
  readonly #peers: readonly StanzaPeer[]
  readonly #heard: string[][]
  readonly #said: string[] = []
  readonly #odd: string[] = []
  #talking: NodeJS.Timeout | undefined

  private constructor(room: string, peers: readonly StanzaPeer[]) {
    this.#room = room
    this.#peers = peers
    this.#heard = peers.map(() => [])
  }

  static async start(site: Site): Promise<LibraryPair> {
    const room = freshRoom(site, 'pair')
    const peers: StanzaPeer[] = []
    for (const [edge, bosh] of [false, true].entries()) {
      const place = { ports: site.edge(edge), domain: site.domain, ca: site.certificate, bosh }
      const peer = await StanzaPeer.login({ ...place, ...(await site.person('reader')) })
      await peer.presence()
      await peer.agent.joinRoom(room, String(edge))
      if (edge === 0) await peer.agent.configureRoom(room, {})
      peers.push(peer)
    }
    await peers[0]!.expect((it) => it.attrs.from === `${room}/1`, LIMIT_MS)
    for (const peer of peers) {
      await peer.expect((it) => it.attrs.type === 'groupchat' && it.getChild('subject') !== undefined, LIMIT_MS)
      peer.takeAll(() => true)
    }
    return new LibraryPair(room, peers)
  }

  talk(everyMs = 200): void {
    this.#talking = setInterval(() => {
      const body = String(this.#said.length)
      const { agent } = this.#peers[this.#said.length % this.#peers.length]!
      this.#said.push(body)
      agent.sendMessage({ to: this.#room, type: 'groupchat', body })
      this.#take()
    }, everyMs)
  }

  stopTalking(): void {
    clearInterval(this.#talking)
  }

  /** Until both have heard as much as was said, or the time is over. */
  async heard(timeoutMs: number): Promise<void> {
    const isDone = () => this.#heard.every(({ length }) => length >= this.#said.length)
    for (const end = Date.now() + timeoutMs; !isDone() && Date.now() < end; this.#take())
      await new Promise((resolve) => setTimeout(resolve, 50))
  }

  /** What is wrong with what was heard; empty: all is well. */
  verdict(): string[] {
    const [first = [], second = []] = this.#heard
    const faults = [...this.#odd]
    if (first.join() !== second.join()) faults.push(`the two heard differently: ${first} / ${second}`)
    if ([...first].sort().join() !== [...this.#said].sort().join()) faults.push(`said ${this.#said}, heard ${first}`)
    return faults
  }

  #take(): void {
    const isOfRoom = ({ attrs }: Element) => String(attrs.from).startsWith(this.#room)
    for (const [i, peer] of this.#peers.entries())
      for (const stanza of peer.takeAll(isOfRoom)) {
        const body = stanza.attrs.type === 'groupchat' ? stanza.getChildText('body') : null
        if (body === null) this.#odd.push(`${i} hears ${stanza}`)
        else this.#heard[i]!.push(body)
      }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.stopTalking()
    await Promise.all(this.#peers.map((peer) => peer.close()))
  }
}
