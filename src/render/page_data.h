#pragma once

#include <string>

#include "render/page_links.h"

#include "vieweratlas/atlas/atlas.h"

namespace vieweratlas::render_internal {

/// Returns the data of the page before compression; web/src/data/decode.ts reads it:
///
///     +----------------+------------------+-----------------------------------------+
///     | u32 length of  | head: JSON with  | columns, one after the other, in the    |
///     | the head, LE   | texts and facts  | order and types of head.columns         |
///     +----------------+------------------+-----------------------------------------+
///
/// Columns: x, y, radius (in units of the head), audience, viewer_count, community (number of communities = none), game,
/// language (indices into the head's lists, 0 = not known), degree; edge_count per source, edge_step (target minus the one
/// before it, the first minus the source), edge_shared; ring_points (x, y in steps from the point before, in position
/// units; a ring begins anew).
/// Equal atlases give equal bytes.
[[nodiscard]] std::string page_data(const Atlas& atlas, const PageLinks& links);

}  // namespace vieweratlas::render_internal
