#include "vieweratlas/storage/local_files.h"
