import { randomBytes, randomInt, timingSafeEqual } from 'node:crypto'
import type { Domain } from '@heliograph/jid'
import type { Counters } from './counters.ts'

/** What somebody is asked who wants an account, and what may be answered. */
export interface Question {
  readonly question: string
  readonly answers: readonly string[]
}

/** A question put to somebody; its id comes back with the answer. */
export interface Challenge {
  readonly id: string
  readonly question: string
}

export interface QuestionsDeps {
  readonly questions: readonly Question[]
  readonly counters: Counters
  /** A digest that every instance makes the same, and nobody else. */
  readonly mark: (text: string) => Buffer
  /** Milliseconds since 1970. */
  readonly now?: () => number
}

const LIFETIME_SECONDS = 600
/** Answers to one challenge: right or wrong, as a good answer may come with a name that is taken. */
const TRIES = 5
const NONCE_BYTES = 9
const MARK_BYTES = 18

/**
 * Questions for those who register (XEP-0158 §6, `qa`). Nothing is kept of a challenge before it is answered: its id says which question it
 * was and until when, signed, so that any instance knows its own. Answers are counted cluster-wide, and an account spends the challenge.
 */
export class RegistrationQuestions {
  readonly #deps: QuestionsDeps
  readonly #now: () => number

  constructor(deps: QuestionsDeps) {
    this.#deps = deps
    this.#now = deps.now ?? Date.now
  }

  get areAsked(): boolean {
    return this.#deps.questions.length > 0
  }

  /** Undefined where nobody is asked anything. */
  ask(domain: Domain): Challenge | undefined {
    const { questions } = this.#deps
    if (questions.length === 0) return undefined
    const index = randomInt(questions.length)
    const until = Math.floor(this.#now() / 1000) + LIFETIME_SECONDS
    const nonce = randomBytes(NONCE_BYTES).toString('hex')
    const stem = `${index}.${until}.${nonce}`
    return { id: `${stem}.${this.#markOf(stem, domain, index)}`, question: questions[index]!.question }
  }

  /** Counts an answer. False also where the challenge is none of ours, too old, answered too often, or spent. */
  async isRight(domain: Domain, id: string, answer: string): Promise<boolean> {
    const nonce = this.#nonceOf(domain, id)
    if (nonce === undefined) return false
    const { counters, questions } = this.#deps
    if ((await counters.increment(triesKey(nonce), LIFETIME_SECONDS)) > TRIES) return false
    if ((await counters.peek(spentKey(nonce))) > 0) return false
    const given = plain(answer)
    return questions[Number(id.slice(0, id.indexOf('.')))]!.answers.some((each) => plain(each) === given)
  }

  /** An account was made with it. */
  async spend(id: string): Promise<void> {
    await this.#deps.counters.increment(spentKey(id.split('.')[2] ?? ''), LIFETIME_SECONDS)
  }

  /** Of a challenge of ours for that domain that is still good; undefined of any other. */
  #nonceOf(domain: Domain, id: string): string | undefined {
    const [, index, until, nonce, mark] = /^(\d{1,4})\.(\d{1,12})\.([0-9a-f]{18})\.([\w-]{24})$/.exec(id) ?? []
    if (index === undefined || nonce === undefined || mark === undefined) return undefined
    if (Number(index) >= this.#deps.questions.length) return undefined
    const expected = this.#markOf(`${index}.${until}.${nonce}`, domain, Number(index))
    if (!timingSafeEqual(Buffer.from(expected), Buffer.from(mark))) return undefined
    return Number(until) * 1000 < this.#now() ? undefined : nonce
  }

  /** With the question itself: a challenge isn't good for another that has its place since. */
  #markOf(stem: string, domain: Domain, index: number): string {
    const { mark, questions } = this.#deps
    const text = ['registration', domain, stem, questions[index]!.question].join('\0')
    return mark(text).subarray(0, MARK_BYTES).toString('base64url')
  }
}

const triesKey = (nonce: string): string => `registration-answers:${nonce}`
const spentKey = (nonce: string): string => `registration-answered:${nonce}`

/** As people mean it: without case, width and spacing. */
function plain(text: string): string {
  return text.normalize('NFKC').toLowerCase().replaceAll(/\s+/g, ' ').trim()
}
