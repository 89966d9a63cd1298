export { withSection } from './section.ts'
