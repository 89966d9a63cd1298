import { NS } from '@heliograph/stanza'
import { escapeAttribute, type ParsedElement } from '@heliograph/xml'
import { answerXml, counted, countIn, failedXml, type Management } from '../streams/management.ts'
import type { Inbound } from './inbound.ts'
import type { Former } from './resumables.ts'

/** XEP-0198 §4: an answer MUST NOT be withheld but for a timeout. */
const ANSWER_WITHIN_MS = 500
/** How long a stream that broke may be resumed here, as others are told. */
export const RESUMABLE_SECONDS = 300

/** Which of a stream's stanzas were handled: those whose owners have them, and all before them. Told to who asks (XEP-0198 §4). */
export class Acknowledging {
  readonly #settled = new Set<number>()
  /** Up to this ingress count all are handled. */
  #handled: number
  /** What that is in the peer's counting: 0 when it began to count. */
  readonly #base: { readonly count: number; readonly h: number }
  #answerAt = -1
  #timer: NodeJS.Timeout | undefined

  constructor(count: number, h: number) {
    this.#handled = count
    this.#base = { count, h }
  }

  get handled(): number {
    return this.#handled
  }

  get h(): number {
    return counted(this.#handled - this.#base.count, this.#base.h)
  }

  settled(count: number): void {
    if (count <= this.#handled) return
    this.#settled.add(count)
    while (this.#settled.delete(this.#handled + 1)) this.#handled++
  }

  /** The peer asks: it is answered when all that it has sent by now is handled, or time is up. */
  asked(count: number, answer: (h: number) => void): void {
    this.#answerAt = count
    if (this.#handled >= count) return this.#say(answer)
    this.#timer ??= setTimeout(() => this.#say(answer), ANSWER_WITHIN_MS)
  }

  /** Answers what is handled by now, if somebody waits for that. */
  covered(answer: (h: number) => void): void {
    if (this.#answerAt >= 0 && this.#handled >= this.#answerAt) this.#say(answer)
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#answerAt = -1
  }

  #say(answer: (h: number) => void): void {
    this.stop()
    this.#timer = undefined
    answer(this.h)
  }
}

/** Stream management of a stream that another server opened (XEP-0198 §3 to §5). */
export function handleManagement(inbound: Inbound, parsed: ParsedElement): void {
  const { stream, context, authority, remote, intake } = inbound
  if (!context.config.federation.streamManagement || remote === undefined || !authority.has(remote))
    return stream.close({ condition: 'unsupported-stanza-type' })
  switch (parsed.name) {
    case 'enable':
      return intake.acknowledging === undefined ? enable(inbound, parsed) : refuse(inbound)
    case 'resume':
      return intake.acknowledging === undefined ? void resume(inbound, parsed) : refuse(inbound)
    case 'r':
      return intake.acknowledging?.asked(intake.count, (h) => stream.write(answerXml(h)))
    case 'a':
      return inbound.returns.managed(parsed)
    default:
      stream.close({ condition: 'unsupported-stanza-type' })
  }
}

function refuse({ stream }: Inbound): void {
  stream.write(failedXml('unexpected-request'))
}

function enable(inbound: Inbound, { element }: ParsedElement): void {
  const { stream, context } = inbound
  inbound.intake.acknowledge()
  const { resume: wanted } = element.attrs as Record<string, string | undefined>
  const isResumable = wanted === 'true' || wanted === '1'
  const id = isResumable ? context.resumables.add(inbound) : undefined
  const offer = id === undefined ? '' : ` id='${id}' resume='true' max='${RESUMABLE_SECONDS}'`
  stream.write(`<enabled xmlns='${NS.streamManagement}'${offer}/>`)
  openReturn(inbound, { id, isResumed: false })
}

/** Where its former stream ended is known here or at another gateway. What follows isn't read before that is found. */
async function resume(inbound: Inbound, parsed: ParsedElement): Promise<void> {
  const { stream } = inbound
  const { previd = '' } = parsed.element.attrs as Record<string, string | undefined>
  stream.hold()
  const theirs = countIn(parsed)
  const former = theirs === undefined ? undefined : await formerOf(inbound, previd)
  // §5: whether it never was, or was another's isn't told.
  if (former !== undefined) {
    goOn(inbound, previd, former)
    openReturn(inbound, { id: previd, isResumed: true, h: theirs })
  } else if (!stream.over) stream.write(failedXml('item-not-found'))
  stream.release()
}

async function formerOf({ context, local, remote }: Inbound, id: string): Promise<Former | undefined> {
  if (local === undefined || remote === undefined) return undefined
  const between = { local, remote }
  return (await context.resumables.take(id, between)) ?? context.elsewhere.ask(id, between)
}

function goOn(inbound: Inbound, id: string, former: Former): void {
  const { stream, context } = inbound
  inbound.intake.goOn(former)
  context.resumables.put(id, inbound)
  // It broke, too, meanwhile.
  if (stream.over) return context.resumables.ended(inbound, false)
  context.events.resumed('in')
  stream.write(`<resumed xmlns='${NS.streamManagement}' previd='${escapeAttribute(id)}' h='${former.h}'/>`)
}

/** What is said to the peer counts from here (XEP-0198 §4). */
function openReturn({ returns, local, remote }: Inbound, management: Management): void {
  if (local !== undefined && remote !== undefined) returns.open({ local, remote }, management)
}
