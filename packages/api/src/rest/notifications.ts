// Notifications beyond what records are: all of one's own marked as read.
import { sendJson } from './answer.ts';
import { routes, type Call } from './route.ts';

async function readAll(call: Call): Promise<void> {
  sendJson(call, await call.engine.run('notifications.readAll', call.context, {}));
}

export const notificationRoutes = routes([{ id: 'readNotifications', method: 'post', path: '/notifications/read', handle: readAll }]);
