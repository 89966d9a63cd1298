import type { ZxcvbnFactory } from '@zxcvbn-ts/core'

/** What passwords people may choose. */
export interface PasswordPolicy {
  readonly minLength: number
  /** Of lower case, upper case, digits and others. */
  readonly minClasses: number
  /** zxcvbn's score, 0 to 4. */
  readonly minStrength: number
  /** Former passwords, the present one included, that a new one may not be. */
  readonly history: number
}

const CLASSES = [/\p{Ll}/u, /\p{Lu}/u, /\p{Nd}/u, /[^\p{Ll}\p{Lu}\p{Nd}]/u]
/** The estimate takes more than linear time; who has that many characters that are hard to guess has enough. */
const MOST_ESTIMATED = 32
/** Shorter parts of an address say nothing. */
const TELLING = 3

/** Says what is wrong with a new password by itself; whether it is a former one, its account knows. */
export class PasswordRules {
  readonly policy: PasswordPolicy
  #estimator: Promise<ZxcvbnFactory> | undefined

  constructor(policy: PasswordPolicy) {
    this.policy = policy
  }

  /** In plain English for who chose it; undefined: nothing. `about` are words that others would try first, such as the user's name. */
  async problem(password: string, about: readonly string[] = []): Promise<string | undefined> {
    const { minLength, minClasses, minStrength } = this.policy
    if ([...password].length < minLength) return `the password has fewer than ${minLength} characters`
    if (CLASSES.filter((each) => each.test(password)).length < minClasses)
      return `the password needs ${minClasses} of: lower case, upper case, digits, other characters`
    if (minStrength === 0) return undefined
    this.#estimator ??= load()
    const words = about.filter(({ length }) => length >= TELLING)
    const { score } = (await this.#estimator).check(password.slice(0, MOST_ESTIMATED), words)
    return score < minStrength ? 'the password is easy to guess: use a longer or less common one' : undefined
  }
}

/** Its lists take 9 MB and 80 ms: only where somebody chooses a password. */
async function load(): Promise<ZxcvbnFactory> {
  const [{ ZxcvbnFactory }, { dictionary, adjacencyGraphs }] = await Promise.all([
    import('@zxcvbn-ts/core'),
    import('@zxcvbn-ts/language-common'),
  ])
  return new ZxcvbnFactory({ dictionary, graphs: adjacencyGraphs })
}
