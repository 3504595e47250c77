/* Rule files on disk, as hinomictl reads them: a folder with all that is below it, in order of name, or single files.
 */
#ifndef SERVER_CTL_RULE_FOLDER_H
#define SERVER_CTL_RULE_FOLDER_H

#include "server/ctl/command.h"
#include "server/model/rules.h"

#include <limits.h>

enum { RULE_FILE_MOST = 4 << 20, RULE_FOLDER_FILES_MOST = 50000, RULE_FOLDER_DEPTH_MOST = 16 };

/* The rules that came with the program (shipped.h), unless HINOMI_RULES names a folder. */
int rule_folder_shipped(char out[PATH_MAX], struct err *why);

/* What names in `out` are relative to. */
enum rule_names { RULE_NAMES_IN_FOLDER, RULE_NAMES_AS_PATHS };

/* Adds the rule files at and below the path (rules.h says which files are). A path that is a file is one, whatever its
 * name; its name in `out` is the path as given. Names that begin with a dot are left out, and symbolic links to folders
 * are not followed. */
int rule_folder_read(const char *path, enum rule_names names, struct rule_files *out, struct err *why);
/* The same for files of cases (*.test.yml), as RULE_FILE_SIGMA. */
int rule_folder_read_cases(const char *path, enum rule_names names, struct rule_files *out, struct err *why);
/* The shipped field mapping, when there is none among the files. */
int rule_folder_add_fields(struct rule_files *out, struct err *why);

#endif
