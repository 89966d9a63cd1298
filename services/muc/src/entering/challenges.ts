import type { BareJid, FullJid } from '@heliograph/jid'
import { type Challenge, type Question, Questions, type QuestionsDeps } from '@heliograph/questions'
import type { Arrived } from '../arrived.ts'
import type { Room } from '../room.ts'

/** Who has answered isn't asked again for so long. */
const PASS_SECONDS = 86_400
/** Of one room; the one that waits longest gives way, and has to ask to be let in again. */
const MOST_WAITING = 100
/** As long as a question may be answered. */
const WAIT_MS = 600_000

export type Outcome = 'passed' | 'wrong' | 'void'

/** Somebody who may enter as soon as he has answered. */
interface Waiting {
  readonly arrived: Arrived
  readonly challenge: string
  readonly until: number
}

export interface ChallengesParts extends Pick<QuestionsDeps, 'counters' | 'mark'> {
  readonly questions: readonly Question[]
}

/** What is asked of those who want to enter rooms that are protected so (XEP-0158 §5). */
export class Challenges {
  readonly #questions: Questions
  readonly #counters: QuestionsDeps['counters']
  readonly #waiting = new Map<BareJid, Map<FullJid, Waiting>>()

  constructor(parts: ChallengesParts) {
    const { counters, mark } = parts
    this.#counters = counters
    this.#questions = new Questions({
      purpose: 'room',
      get questions() {
        return parts.questions
      },
      counters,
      mark,
    })
  }

  get areAsked(): boolean {
    return this.#questions.areAsked
  }

  /** Whether a user has answered a question of that room lately, whichever instance owned it then. */
  async hasPassed(room: BareJid, user: BareJid): Promise<boolean> {
    return (await this.#counters.peek(passKey(room, user))) > 0
  }

  /** A question for one who wants to enter; @throws where there are none */
  ask(room: BareJid, user: BareJid): Challenge {
    return this.#questions.ask(scopeOf(room, user))!
  }

  /** What a challenge of ours asks; undefined of any other. */
  asked(room: BareJid, user: BareJid, challenge: string): string | undefined {
    return this.#questions.asked(scopeOf(room, user), challenge)
  }

  async judge(
    room: BareJid,
    user: BareJid,
    { challenge, answer }: { readonly challenge: string; readonly answer: string },
  ): Promise<Outcome> {
    const judged = await this.#questions.judge(scopeOf(room, user), challenge, answer)
    if (judged !== 'right') return judged
    await this.#questions.spend(challenge)
    await this.#counters.increment(passKey(room, user), PASS_SECONDS)
    return 'passed'
  }

  /** Remembers with what somebody came, for when he has answered. */
  await(arrived: Arrived, challenge: string, now: number): void {
    const { room, from } = arrived
    const waiting = this.#waiting.get(room.jid) ?? new Map<FullJid, Waiting>()
    waiting.delete(from as FullJid)
    waiting.set(from as FullJid, { arrived, challenge, until: now + WAIT_MS })
    for (const [client, { until }] of waiting)
      if (until <= now || waiting.size > MOST_WAITING) waiting.delete(client)
      else break
    this.#waiting.set(room.jid, waiting)
  }

  /** With what somebody came who was asked something; it isn't kept any longer. Undefined: nobody knows. */
  take(room: Pick<Room, 'jid'>, client: FullJid): Waiting | undefined {
    const waiting = this.#waiting.get(room.jid)
    const found = waiting?.get(client)
    waiting?.delete(client)
    if (waiting?.size === 0) this.#waiting.delete(room.jid)
    return found
  }

  /** To be called about once a second: rooms that nobody comes to any more are forgotten. */
  sweep(now: number, owns: (room: BareJid) => boolean): void {
    for (const [room, waiting] of this.#waiting) {
      for (const [client, { until }] of waiting) if (until <= now) waiting.delete(client)
      if (waiting.size === 0 || !owns(room)) this.#waiting.delete(room)
    }
  }
}

const scopeOf = (room: BareJid, user: BareJid): string => `${room} ${user}`
const passKey = (room: BareJid, user: BareJid): string => `room-passed:${room} ${user}`
