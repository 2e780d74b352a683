# Computes in R what confounded.stats computes, on data drawn here, and pins both.
# Run in this folder: Rscript agreement.R   (writes inputs.csv and figures.csv)
# Nothing of the project is used. tests/stats holds every figure against the project's own.
suppressPackageStartupMessages({
  library(metafor)
  library(psych)
  library(boot)
})
options(digits = 17)

inputs <- data.frame()
figures <- data.frame()
give <- function(case, ...) {
  for (name in names(list(...)))
    inputs <<- rbind(inputs, data.frame(case = case, name = name, position = seq_along(list(...)[[name]]) - 1,
                                        value = as.numeric(list(...)[[name]])))
}
pin <- function(case, made_with, ...) {
  for (name in names(list(...)))
    figures <<- rbind(figures, data.frame(case = case, made_with = made_with, name = name,
                                          position = seq_along(list(...)[[name]]) - 1,
                                          value = as.numeric(list(...)[[name]])))
}

# Random effects: restricted maximum likelihood, Knapp-Hartung, prediction interval -------------------------------
set.seed(20240731)
effects <- list(
  two = list(y = c(0.10, 0.55), v = c(0.02, 0.03)),
  alike = list(y = c(0.50, 0.52, 0.49, 0.51, 0.505), v = c(0.04, 0.05, 0.03, 0.06, 0.04)),
  spread = list(y = round(rnorm(12, 0.3, 0.5), 4), v = round(runif(12, 0.02, 0.2), 4)),
  uneven = list(y = round(rnorm(8, -0.4, 0.3), 4), v = round(10^runif(8, -3, 0), 5)),
  many = list(y = round(rnorm(40, 0.1, 0.4), 4), v = round(runif(40, 0.03, 0.08), 4))
)
for (name in names(effects)) {
  case <- paste("random effects", name)
  y <- effects[[name]]$y
  v <- effects[[name]]$v
  give(case, effects = y, variances = v)
  fit <- rma(y, v, method = "REML", test = "knha", control = list(threshold = 1e-14, maxiter = 10000))
  expected <- predict(fit)
  pin(case, "metafor", estimate = fit$beta[1], standard_error = fit$se, low = fit$ci.lb, high = fit$ci.ub,
      prediction_low = expected$pi.lb, prediction_high = expected$pi.ub, tau2 = fit$tau2, i2 = fit$I2 / 100)
}

# Reliability: with items that are all equally hard, formula 21 is formula 20, which is alpha ---------------------
k <- 12
totals <- c(1, 2, 3, 4, 6, 6, 8, 9, 10, 11)
items <- t(sapply(rep(totals, each = k), function(total) rep(c(1, 0), c(total, k - total))))
for (row in seq_len(nrow(items))) items[row, ] <- items[row, (seq_len(k) + row) %% k + 1]  # turned: column means equal
stopifnot(length(unique(colMeans(items))) == 1)
give("reliability", shares = rowMeans(items), n_items = k)
pin("reliability", "psych", value = suppressWarnings(psych::alpha(items, warnings = FALSE))$total$raw_alpha)

reliabilities <- c(0.9, 0.55, 0.2)
raw <- c(0.35, -0.6, 0.7)
give("disattenuated", rho = raw, reliability = reliabilities)
pin("disattenuated", "psych", rho = sapply(seq_along(raw), function(i)
  correct.cor(matrix(c(1, raw[i], raw[i], 1), 2), c(1, reliabilities[i]))[1, 2]))

# Family jackknife of a pooled Fisher z, by the jackknife of boot --------------------------------------------------
n <- 23
family <- c(0, 0, 0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 4, 4, 4, 4, 5, 5, 5, 6, 7, 7)
score <- round(rnorm(n), 3)
members <- round(sapply(c(0.9, 0.2, -0.5), function(a) a * score + rnorm(n)), 3)
pooled <- function(families, weights) {
  rows <- unlist(lapply(families, function(f) which(family == f)))
  sum(weights * sapply(1:3, function(j) fisherz(cor(score[rows], members[rows, j], method = "spearman"))))
}
give("jackknife", score = score, family = family, first = members[, 1], second = members[, 2], third = members[, 3])
for (kind in c("pooled", "contrast")) {
  weights <- if (kind == "pooled") rep(1 / 3, 3) else c(0.5, 0.5, -1)
  influence <- empinf(data = 0:7, statistic = function(data, i) pooled(data[i], weights), type = "jack", stype = "i")
  error <- sqrt(var(influence) / 8)  # centred: (F - 1) / F times the squares of the replicates about their mean
  z <- pooled(0:7, weights)
  t <- qt(0.975, 7)
  pin(paste("jackknife", kind), "boot", z = z, standard_error = error, low = z - t * error, high = z + t * error,
      p = 2 * pt(-abs(z / error), 7))
}

# Multiplicity ----------------------------------------------------------------------------------------------------
p <- c(0.001, 0.8, 0.04, 0.04, 0.0004, 1, NA, 0.2, 0.03, 0.012, 0, 0.5)
give("multiplicity", p = p)
pin("multiplicity", "stats", bh = p.adjust(p, "BH"), by = p.adjust(p, "BY"))

# Associations with ties ------------------------------------------------------------------------------------------
x <- round(rnorm(18), 1)
y <- round(0.5 * x + rnorm(18), 0)
give("associations", x = x, y = y)
pin("associations", "stats", spearman = cor(x, y, method = "spearman"), kendall = cor(x, y, method = "kendall"),
    pearson = cor(x, y))

# Residual and prediction interval of models left out with their family --------------------------------------------
low <- high <- predicted <- numeric(n)
for (f in 0:7) {
  fit <- lm(b ~ a, data.frame(a = score[family != f], b = members[family != f, 1]))
  line <- predict(fit, data.frame(a = score[family == f]), interval = "prediction", level = 0.9)
  predicted[family == f] <- line[, 1]
  low[family == f] <- line[, 2]
  high[family == f] <- line[, 3]
}
pin("adjusted", "stats", predicted = predicted, low = low, high = high)

# Critical values of simultaneous rank intervals --------------------------------------
give("critical values", n = c(2, 5, 27, 60))
pin("critical values", "stats", value = qtukey(0.95, c(2, 5, 27, 60), Inf) / sqrt(2))

write.csv(format(inputs, digits = 17, trim = TRUE), "inputs.csv", row.names = FALSE, quote = FALSE)
write.csv(format(figures, digits = 17, trim = TRUE), "figures.csv", row.names = FALSE, quote = FALSE)
