/** One mistake: which option, what about it, and where it was said. */
export interface ConfigProblem {
  /** Dotted path of the option; empty for the file as a whole. */
  readonly option: string
  readonly message: string
  /** `file:line:column` or the name of an environment variable. */
  readonly where?: string | undefined
}

/** The configuration can't be used; the message lists everything that is wrong with it, and never a secret. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly problems: readonly ConfigProblem[]

  constructor(problems: readonly ConfigProblem[]) {
    const lines = problems.map(({ option, message, where }) => {
      const subject = option === '' ? '' : `${option}: `
      return `  - ${subject}${message}${where === undefined ? '' : ` (${where})`}`
    })
    super(
      `the configuration has ${problems.length === 1 ? 'a mistake' : `${problems.length} mistakes`}:\n${lines.join('\n')}`,
    )
    this.problems = problems
  }
}
