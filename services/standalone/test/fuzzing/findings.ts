const MOST = 20

export interface Finding {
  readonly what: string
  /** What was sent, as far as one knows. */
  readonly xml: string
}

/** What must not happen, and did. */
export class Findings {
  readonly all: Finding[] = []

  /** Of one kind only the first: the others tell the same. */
  add(what: string, xml: string): void {
    if (!this.full && !this.all.some((known) => known.what === what)) this.all.push({ what, xml })
  }

  get full(): boolean {
    return this.all.length >= MOST
  }

  toString(): string {
    return this.all.map(({ what, xml }) => `${what}\n  ${xml}`).join('\n')
  }
}
