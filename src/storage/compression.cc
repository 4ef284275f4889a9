#include "vieweratlas/storage/compression.h"
