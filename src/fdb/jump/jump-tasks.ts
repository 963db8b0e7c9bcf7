import type { TaskModule } from '../../compute/index.js';
import type { InfoTask, ReadTask } from './read-task.js';

/** The work of partial reads on other threads, or (where there are none) on the caller's. */
export const jumpTasks: TaskModule = {
  url: new URL('./jump-task.js', import.meta.url),
  functions: {
    makeInfos: async (args: InfoTask) => (await import('./jump-task.js')).makeInfos(args),
    readFields: async (args: ReadTask) => (await import('./jump-task.js')).readFields(args),
  },
};
