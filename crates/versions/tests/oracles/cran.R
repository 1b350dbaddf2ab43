# Usage: Rscript cran.R < lines. Orders by R's numeric_version.
cat("numeric_version of", R.version.string, "\n")
lines <- strsplit(readLines(file("stdin")), "\t", fixed = TRUE)
valid <- function(text) grepl("^[0-9]+([.-][0-9]+)*$", text)
for (line in lines) {
  numbers <- as.numeric(unlist(strsplit(c(line[2], line[3]), "[.-]")))
  if (!valid(line[2]) || !valid(line[3])) {
    cat("x\n")
  } else if (any(numbers > .Machine$integer.max)) {
    # R holds integers of 32 bits: it has no answer.
    cat("x\n")
  } else {
    cat(compareVersion(line[2], line[3]), "\n", sep = "")
  }
}
