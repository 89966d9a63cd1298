export { shown } from './shown.ts'
export { type Sighting, Taps } from './taps.ts'
export { watch } from './watch.ts'
