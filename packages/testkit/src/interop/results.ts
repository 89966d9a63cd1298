import { readFile } from 'node:fs/promises'
import { DOMParser, type Element } from '@xmldom/xmldom'

/** What became of one test. */
export interface Result {
  /** `Class.method`. */
  readonly name: string
  readonly specification: string
  readonly outcome: 'passed' | 'failed' | 'impossible'
  readonly reason: string
}

/** The results of a run, as JUnit's XML has them. */
export async function readResults(path: string): Promise<Result[]> {
  const document = new DOMParser().parseFromString(await readFile(path, 'utf8'), 'text/xml')
  return [...document.getElementsByTagName('testcase')].map(resultOf)
}

function resultOf(testcase: Element): Result {
  const [failure, skipped] = ['failure', 'skipped'].map((name) => testcase.getElementsByTagName(name)[0])
  const properties = [...testcase.getElementsByTagName('property')].map(
    (it) => [it.getAttribute('name'), it.getAttribute('value')] as const,
  )
  const className = testcase.getAttribute('classname')?.split('.').at(-1)
  const method = testcase.getAttribute('name')?.replace(/^.*\.([^. ]+)( .*)?$/, '$1')
  return {
    name: `${className}.${method}`,
    specification: new Map(properties).get('specification identifier') ?? '',
    outcome: failure ? 'failed' : skipped ? 'impossible' : 'passed',
    reason: (failure ?? skipped)?.getAttribute('message') ?? '',
  }
}

/** Tests that a page lists as rows of a table, each with the reason why it may fail. */
export async function listedIn(page: string): Promise<Set<string>> {
  const text = await readFile(page, 'utf8')
  return new Set([...text.matchAll(/^\| `(\w+\.\w+)` \|/gm)].map((match) => match[1]!))
}
