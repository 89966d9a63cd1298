import { randomBytes, randomInt, timingSafeEqual } from 'node:crypto'

/** What somebody is asked, and what may be answered. */
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
  /** What is answered for one isn't for another. */
  readonly purpose: 'registration' | 'room'
  readonly questions: readonly Question[]
  /** Counts that every instance sees. The live state satisfies it. */
  readonly counters: {
    /** Adds one to a counter that disappears `windowSeconds` after its first increment. Resolves the new count. */
    increment(key: string, windowSeconds: number): Promise<number>
    /** The count, 0 when there is none. */
    peek(key: string): Promise<number>
  }
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

/** `void`: the challenge is none of ours, for somebody else, too old, answered too often, or spent. */
export type Judgement = 'right' | 'wrong' | 'void'

/**
 * Questions for those who may be programs (XEP-0158, `qa`). Nothing is kept of a challenge before it is answered: its id says which question it
 * was and until when, signed, so that any instance knows its own. Answers are counted cluster-wide.
 */
export class Questions {
  readonly #deps: QuestionsDeps
  readonly #now: () => number

  constructor(deps: QuestionsDeps) {
    this.#deps = deps
    this.#now = deps.now ?? Date.now
  }

  get areAsked(): boolean {
    return this.#deps.questions.length > 0
  }

  /** @param scope whom it is for; the answer must be for the same. Undefined where nobody is asked anything. */
  ask(scope: string): Challenge | undefined {
    const { questions } = this.#deps
    if (questions.length === 0) return undefined
    const index = randomInt(questions.length)
    const until = Math.floor(this.#now() / 1000) + LIFETIME_SECONDS
    const nonce = randomBytes(NONCE_BYTES).toString('hex')
    const stem = `${index}.${until}.${nonce}`
    return { id: `${stem}.${this.#markOf(stem, scope, index)}`, question: questions[index]!.question }
  }

  /** Counts an answer, right or wrong. */
  async judge(scope: string, id: string, answer: string): Promise<Judgement> {
    const nonce = this.#nonceOf(scope, id)
    if (nonce === undefined) return 'void'
    const { counters } = this.#deps
    if ((await counters.increment(this.#key('answers', nonce), LIFETIME_SECONDS)) > TRIES) return 'void'
    if ((await counters.peek(this.#key('answered', nonce))) > 0) return 'void'
    const given = plain(answer)
    return this.#questionOf(id).answers.some((each) => plain(each) === given) ? 'right' : 'wrong'
  }

  /** What a challenge of ours asks that is still good for that scope; undefined of any other. */
  asked(scope: string, id: string): string | undefined {
    return this.#nonceOf(scope, id) === undefined ? undefined : this.#questionOf(id).question
  }

  /** It has served. */
  async spend(id: string): Promise<void> {
    await this.#deps.counters.increment(this.#key('answered', id.split('.')[2] ?? ''), LIFETIME_SECONDS)
  }

  #key(what: 'answers' | 'answered', nonce: string): string {
    return `${this.#deps.purpose}-${what}:${nonce}`
  }

  #questionOf(id: string): Question {
    return this.#deps.questions[Number(id.slice(0, id.indexOf('.')))]!
  }

  /** Of a challenge of ours for that scope that is still good; undefined of any other. */
  #nonceOf(scope: string, id: string): string | undefined {
    const [, index, until, nonce, mark] = /^(\d{1,4})\.(\d{1,12})\.([0-9a-f]{18})\.([\w-]{24})$/.exec(id) ?? []
    if (index === undefined || nonce === undefined || mark === undefined) return undefined
    if (Number(index) >= this.#deps.questions.length) return undefined
    const expected = this.#markOf(`${index}.${until}.${nonce}`, scope, Number(index))
    if (!timingSafeEqual(Buffer.from(expected), Buffer.from(mark))) return undefined
    return Number(until) * 1000 < this.#now() ? undefined : nonce
  }

  /** With the question itself: a challenge isn't good for another that has its place since. */
  #markOf(stem: string, scope: string, index: number): string {
    const { purpose, mark, questions } = this.#deps
    const text = [purpose, scope, stem, questions[index]!.question].join('\0')
    return mark(text).subarray(0, MARK_BYTES).toString('base64url')
  }
}

/** As people mean it: without case, width and spacing. */
function plain(text: string): string {
  return text.normalize('NFKC').toLowerCase().replaceAll(/\s+/g, ' ').trim()
}
