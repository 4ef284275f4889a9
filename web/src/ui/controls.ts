// The buttons beside the map.

import { byId, icon, type IconName, make } from './dom';

export interface ControlActions {
  zoomIn(): void;
  zoomOut(): void;
  showAll(): void;
  theme(): void;
  table(): void;
  export(): void;
  about(): void;
}

export function makeControls(actions: ControlActions): void {
  const entries: [IconName, string, string, () => void][] = [
    ['plus', 'zoom-in', 'Zoom in', actions.zoomIn],
    ['minus', 'zoom-out', 'Zoom out', actions.zoomOut],
    ['fit', 'show-map', 'Show the whole map', actions.showAll],
    ['theme', 'switch-theme', 'Switch between dark and light', actions.theme],
    ['table', 'open-table', 'Table of channels', actions.table],
    ['save', 'open-export', 'Export', actions.export],
    ['about', 'open-about', 'How this map was made', actions.about],
  ];
  byId('controls').replaceChildren(
    ...entries.map(([name, id, label, onclick]) => make('button', { id, type: 'button', 'aria-label': label, title: label, onclick }, icon(name))),
  );
}
