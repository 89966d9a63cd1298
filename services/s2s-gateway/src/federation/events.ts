import type { Metrics } from '@heliograph/telemetry'

/** What is counted of streams to other servers. */
export type FederationEvents = ReturnType<typeof federationEvents>

export function federationEvents(metrics: Metrics) {
  const counter = (name: string, help: string, labels?: Readonly<Record<string, string>>) =>
    metrics.counter(`heliograph_s2s_${name}_total`, help, labels)
  const sent = counter('stanzas_sent', 'Stanzas written to other servers')
  const several = counter('multicast', 'Stanzas written to other servers that are for several of their users')
  const spared = counter(
    'multicast_spared',
    'Stanzas to other servers that needn’t be written because one is for several',
  )
  const expanded = counter('multicast_expanded', 'Stanzas to several users here that other servers wrote once')
  const received = counter('stanzas_received', 'Stanzas taken from other servers')
  const bounced = counter('bounced', 'Stanzas to other servers that came back as errors')
  const repeated = counter('repeated', 'Stanzas to other servers that had been sent before')
  const full = counter('full', 'Stanzas to other servers refused because too much waited')
  const kept = counter('queue_stored', 'Stanzas stored because another server did not take them at once')
  const expired = counter('queue_expired', 'Stanzas that another server could not be brought in time')
  const resumed = { in: resumes('in'), out: resumes('out') }
  const opened = { in: opens('in'), out: opens('out') }
  const failed = counter('failed', 'Attempts to set up a stream to another server that failed')
  const rejected = counter('rejected', 'Connections of other servers closed at once because there were too many')
  const unanswered = counter('unanswered', 'Errors for stanzas of other servers that could not be brought back either')
  const refused = { in: refuses('in'), out: refuses('out') }
  function refuses(direction: 'in' | 'out') {
    return counter('refused', 'Stanzas from or to other servers that policy does not let go', { direction })
  }
  const twoWay = { in: goes('in'), out: goes('out') }
  function goes(direction: 'in' | 'out') {
    return counter('two_way', 'Streams between servers on which stanzas go both ways, by who opened them', {
      direction,
    })
  }
  function opens(direction: 'in' | 'out') {
    return counter('streams', 'Streams between servers that were authenticated', { direction })
  }
  function resumes(direction: 'in' | 'out') {
    return counter('resumed', 'Streams between servers that went on where another one broke', { direction })
  }
  return {
    sent: () => sent.add(),
    multicast: (recipients: number) => {
      several.add()
      spared.add(recipients - 1)
    },
    expanded: () => expanded.add(),
    received: () => received.add(),
    bounced: () => bounced.add(),
    repeated: () => repeated.add(),
    full: () => full.add(),
    kept: () => kept.add(),
    expired: () => expired.add(),
    opened: (direction: 'in' | 'out') => opened[direction].add(),
    twoWay: (direction: 'in' | 'out') => twoWay[direction].add(),
    resumed: (direction: 'in' | 'out') => resumed[direction].add(),
    refused: (direction: 'in' | 'out') => refused[direction].add(),
    failed: () => failed.add(),
    rejected: () => rejected.add(),
    unanswered: () => unanswered.add(),
  }
}
