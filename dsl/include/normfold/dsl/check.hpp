// What a layer may say: plain functions over its flat form. Each new step is checked against the layer it joins.
// To add a check, add it to the function of its step and its sentence to error.hpp.
#pragma once

#include "error.hpp"
#include "fixed_string.hpp"
#include "flat_layer.hpp"

namespace normfold::detail {

inline constexpr int most_atoms = 16;

/// Arguments of the generated function that share one space of names.
enum class named_thing : std::uint8_t { none, extent, parameter, operand, output, statistic };

constexpr named_thing thing_of(const term& each) {
  switch (each.is) {
    case kind::axis:
    case kind::split: return named_thing::extent;
    case kind::parameter: return named_thing::parameter;
    case kind::operand: return named_thing::operand;
    case kind::output: return named_thing::output;
    case kind::name: return named_thing::statistic;
    default: return named_thing::none;
  }
}

constexpr std::string_view name_of(const term& each) { return each.is == kind::split ? each.group : each.text; }

constexpr mistake clash_of(named_thing thing) {
  switch (thing) {
    case named_thing::operand: return mistake::operand_clash;
    case named_thing::output: return mistake::output_clash;
    case named_thing::statistic: return mistake::named_clash;
    default: return mistake::parameter_clash;
  }
}

constexpr bool is_good_name(std::string_view name) {
  return is_identifier(name) && !is_keyword(name) && !is_reserved(name);
}

/// One name may not mean two things in one layer.
constexpr mistake check_clash(const flat_layer& layer, const term& fresh) {
  const named_thing thing = thing_of(fresh);
  for (const flat_view& step : layer) {
    for (const term& each : step) {
      const named_thing other = thing_of(each);
      if (other == named_thing::none || other == thing || name_of(each) != name_of(fresh)) continue;
      return clash_of(thing == named_thing::extent ? other : thing);
    }
  }
  return mistake::none;
}

constexpr mistake check_head(const flat_layer& layer) {
  const term& head = layer.head().head();
  if (!is_identifier(head.text)) return mistake::layer_name;
  if (is_keyword(head.text) || is_reserved(head.text)) return mistake::layer_keyword;
  if (head.children > most_atoms) return mistake::too_many_atoms;
  for (int i = 0; i < head.children; ++i) {
    if (!is_good_name(layer.head()[i].text)) return mistake::axis_name;
    if (axis_index(layer, layer.head()[i].text) != i) return mistake::axis_repeated;
  }
  return mistake::none;
}

constexpr mistake check_split(const flat_layer& layer, const term& split) {
  if (!split.group.empty()) {
    if (axis_index(layer, split.group) >= 0) return mistake::group_is_axis;
    if (!is_good_name(split.group)) return mistake::axis_name;
  }
  for (const flat_view& step : layer) {
    for (const term& each : step) {
      if (each.is != kind::split) continue;
      if (each.text == split.text && each.group != split.group) return mistake::split_two_ways;
      if (each.text != split.text && each.group == split.group && !each.group.empty()) return mistake::group_twice;
    }
  }
  return split.group.empty() ? mistake::none : check_clash(layer, split);
}

/// first(64, C) needs C whole; first(64, C / G) is a part of each group.
constexpr bool takes_first_of_split(const flat_layer& layer) {
  for (const flat_view& step : layer) {
    for (int i = 1; i < step.size; ++i) {
      if (step[i].is == kind::first && step[i - 1].is == kind::axis && is_split(layer, step[i - 1].text)) return true;
    }
  }
  return false;
}

constexpr mistake check_over(const flat_layer& layer, const flat_view& over) {
  int firsts = 0;
  for (int i = 0; i < over.size; ++i) {
    const term& each = over[i];
    if (each.is == kind::first && ++firsts > 1) return mistake::first_twice;
    if (each.is != kind::axis && each.is != kind::split) continue;
    if (axis_index(layer, each.text) < 0) return mistake::over_unknown;
    for (int j = 0; j < i; ++j) {
      if ((over[j].is == kind::axis || over[j].is == kind::split) && over[j].text == each.text) {
        return mistake::over_repeated;
      }
    }
    if (each.is == kind::split) {
      if (const mistake found = check_split(layer, each); found != mistake::none) return found;
    }
  }
  if (takes_first_of_split(layer)) return mistake::first_of_split;
  int atoms = 0;
  for (int i = 0; i < axis_count(layer); ++i) atoms += is_split(layer, layer.head()[i].text) ? 2 : 1;
  return atoms > most_atoms ? mistake::too_many_atoms : mistake::none;
}

constexpr bool same_axes(const flat_view& a, const flat_view& b) {
  if (a.size != b.size) return false;
  for (int i = 0; i < a.size; ++i) {
    if (a[i].text != b[i].text) return false;
  }
  return true;
}

constexpr mistake check_parameter(const flat_layer& layer, const flat_view& parameter) {
  if (!is_good_name(parameter.head().text)) return mistake::parameter_name;
  for (int i = 0; i < parameter.size - 1; ++i) {
    if (axis_index(layer, parameter[i].text) < 0) return mistake::parameter_unknown;
    for (int j = 0; j < i; ++j) {
      if (parameter[j].text == parameter[i].text) return mistake::parameter_repeated;
    }
  }
  for (const flat_view& step : layer) {
    for (int i = 0; i < step.size; ++i) {
      const bool is_same = step[i].is == kind::parameter && step[i].text == parameter.head().text;
      if (is_same && !same_axes(step.tree(i), parameter)) return mistake::parameter_shapes;
    }
  }
  return check_clash(layer, parameter.head());
}

constexpr mistake check_named(const flat_layer& layer, int step, const flat_view& tree) {
  if (!is_good_name(tree.head().text)) return mistake::named_name;
  bool has_reduction = false;
  for (const term& each : tree) has_reduction = has_reduction || each.is == kind::reduction;
  if (!has_reduction) return mistake::named_no_statistic;
  if (varies_along(layer, step, tree) == all_halves(layer)) return mistake::named_full;
  return check_clash(layer, tree.head());
}

/// `running` keeps each reduction of the layer by the name that stands right around it.
constexpr bool has_unnamed_reduction(const flat_view& step) {
  if (step.head().is != kind::step) return false;
  const flat_view formula = formula_of(step);
  for (int i = 0; i < formula.size; ++i) {
    if (formula[i].is != kind::reduction) continue;
    const bool is_named = i + 1 < formula.size && (formula[i + 1].is == kind::name || formula[i + 1].is == kind::kept);
    if (!is_named) return true;
  }
  return false;
}

constexpr mistake check_running(const flat_layer& layer) {
  int runnings = 0;
  for (const flat_view& step : layer) runnings += step.head().is == kind::running ? 1 : 0;
  if (runnings == 0) return mistake::none;
  if (runnings > 1) return mistake::running_twice;
  for (const flat_view& step : layer) {
    if (has_unnamed_reduction(step)) return mistake::running_unnamed;
  }
  return mistake::none;
}

constexpr mistake check_formula(const flat_layer& layer, int step) {
  const flat_view formula = formula_of(layer[step]);
  for (int i = 0; i < formula.size; ++i) {
    const flat_view tree = formula.tree(i);
    mistake found = mistake::none;
    switch (tree.head().is) {
      case kind::parameter: found = check_parameter(layer, tree); break;
      case kind::operand:
        found = is_good_name(tree.head().text) ? check_clash(layer, tree.head()) : mistake::operand_name;
        break;
      case kind::reduction:
        if (tree.head().children == 2) {
          found = check_over(layer, tree.child(1));
        } else if (scope_of(layer, step) < 0) {
          found = mistake::no_over;
        }
        break;
      case kind::name: found = check_named(layer, step, tree); break;
      default: break;
    }
    if (found != mistake::none) return found;
  }
  return varies_along(layer, step, formula) == all_halves(layer) ? check_running(layer) : mistake::formula_reduced;
}

constexpr mistake check_output(const flat_layer& layer, const term& output) {
  if (!is_good_name(output.text)) return mistake::output_name;
  int same = 0;
  for (const flat_view& step : layer) {
    if (step.head().is == kind::output && step.head().text == output.text) ++same;
  }
  return same > 1 ? mistake::output_twice : check_clash(layer, output);
}

/// The mistake in the last step of a layer, whose other steps have none.
constexpr mistake check_last(const flat_layer& layer) {
  switch (layer.last().head().is) {
    case kind::layer: return check_head(layer);
    case kind::over: return check_over(layer, layer.last());
    case kind::step: return check_formula(layer, layer.size - 1);
    case kind::output: return check_output(layer, layer.last().head());
    case kind::running: return check_running(layer);
    default: return mistake::none;
  }
}

/// Whether a reduction takes its axes from this over of the pipe.
constexpr bool is_used(const flat_layer& layer, int over) {
  for (int k = over + 1; k < layer.size && scope_of(layer, k) == over; ++k) {
    if (layer[k].head().is != kind::step) continue;
    for (const term& each : formula_of(layer[k])) {
      if (each.is == kind::reduction && each.children == 1) return true;
    }
  }
  return false;
}

/// The mistake in a layer that is complete.
constexpr mistake check_finished(const flat_layer& layer) {
  bool has_formula = false;
  bool has_reduction = false;
  bool is_running = false;
  for (int k = 1; k < layer.size; ++k) {
    has_formula = has_formula || layer[k].head().is == kind::step;
    is_running = is_running || layer[k].head().is == kind::running;
    for (const term& each : layer[k]) has_reduction = has_reduction || each.is == kind::reduction;
    if (layer[k].head().is == kind::over && !is_used(layer, k)) return mistake::over_unused;
  }
  if (!has_formula) return mistake::layer_empty;
  return is_running && !has_reduction ? mistake::running_nothing : mistake::none;
}

/// Numbers that contradict each other. They are known only where the layer's value is computed.
enum class bad_numbers { none, groups_differ, groups_do_not_divide, first_too_many };

constexpr bad_numbers check_numbers(const flat_layer& layer) {
  for (const flat_view& step : layer) {
    for (int i = 0; i < step.size; ++i) {
      const term& each = step[i];
      const bool is_first = each.is == kind::first;
      if (each.is != kind::split && !is_first) continue;
      const term& part = is_first ? step[i - 1] : each;
      const std::uint64_t groups = groups_of(layer, part.text);
      std::uint64_t extent = layer.head()[axis_index(layer, part.text)].count;
      if (part.is == kind::split && part.group.empty()) {
        if (part.count != groups) return bad_numbers::groups_differ;
        if (extent % groups != 0) return bad_numbers::groups_do_not_divide;
        extent /= groups;
      }
      const bool is_free = part.is == kind::split && !part.group.empty();
      if (is_first && extent > 0 && !is_free && each.count > extent) return bad_numbers::first_too_many;
    }
  }
  return bad_numbers::none;
}

/// Tells a bad number by the name of the function that is called.
constexpr void tell(bad_numbers found) {
  if (found == bad_numbers::groups_differ) {
    the_axis_is_split_into_two_different_numbers_of_groups__write_the_same_C_over_32_everywhere();
  }
  if (found == bad_numbers::groups_do_not_divide) the_extent_of_the_axis_is_not_a_multiple_of_its_number_of_groups();
  if (found == bad_numbers::first_too_many) first_takes_more_elements_than_its_axis_has();
}

}  // namespace normfold::detail
