// Peers that are Python packages, run inside this process by peers.py: they work on the same memory, in the same
// rounds. A call costs them what a call from Python costs.
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <malloc.h>

#include <memory>
#include <stdexcept>

#include "contender.hpp"
#include "storage.hpp"

namespace bench {
namespace {

struct released {
  void operator()(PyObject* object) const { Py_XDECREF(object); }
};
using object = std::unique_ptr<PyObject, released>;

// Takes over what a call of Python's returned; its error becomes an exception.
object taken(PyObject* result) {
  if (result != nullptr) return object(result);
  PyObject *type = nullptr, *value = nullptr, *trace = nullptr;
  PyErr_Fetch(&type, &value, &trace);
  const object a(type), b(value), c(trace), text(PyObject_Str(value == nullptr ? type : value));
  const char* words = text == nullptr ? nullptr : PyUnicode_AsUTF8(text.get());
  throw std::runtime_error(words == nullptr ? "an error of Python's" : words);
}

// The module peers.py, or null where Python or NumPy is not what it was when this program was built.
PyObject* peers() {
  static PyObject* module = []() -> PyObject* {
    // What a library frees comes back to it without fresh pages: in its favour, as the other outputs are written
    // before.
    mallopt(M_MMAP_THRESHOLD, 1 << 30);
    mallopt(M_TRIM_THRESHOLD, 1 << 30);
    PyConfig config;
    PyConfig_InitPythonConfig(&config);
    config.install_signal_handlers = 0;
    PyConfig_SetBytesString(&config, &config.program_name, BENCH_PYTHON);
    const PyStatus status = Py_InitializeFromConfig(&config);
    PyConfig_Clear(&config);
    if (PyStatus_Exception(status)) return nullptr;
    PyObject* path = PySys_GetObject("path");  // borrowed
    const object here(PyUnicode_FromString(BENCH_PEERS));
    PyList_Insert(path, 0, here.get());
    PyObject* made = PyImport_ImportModule("peers");
    if (made == nullptr) PyErr_Clear();
    return made;
  }();
  return module;
}

PyObject* number(const void* address) { return PyLong_FromVoidPtr(const_cast<void*>(address)); }

const char* name_of(scope over) {
  constexpr std::array<const char*, 4> names = {"row", "channel", "instance", "group"};
  return names[static_cast<std::size_t>(over)];
}

object described(const workload& work, const tensors& t) {
  const shape& s = work.size;
  object all =
      taken(Py_BuildValue("{s:s,s:s,s:s,s:s,s:s,s:d,s:(nnnn),s:n,s:n}", "layer", work.of->layer, "direction",
                          work.of->direction, "type", bench::name_of(work.type), "order", work.order.c_str(), "scope",
                          name_of(work.of->over), "eps", work.of->eps, "shape", static_cast<Py_ssize_t>(s.n),
                          static_cast<Py_ssize_t>(s.c), static_cast<Py_ssize_t>(s.h), static_cast<Py_ssize_t>(s.w),
                          "groups", static_cast<Py_ssize_t>(s.g), "counted", static_cast<Py_ssize_t>(work.counted())));
  for (role r : {role::weight, role::bias, role::running_mean, role::running_var}) {
    const object address(number(t[r]));
    PyDict_SetItemString(all.get(), role_names[static_cast<std::size_t>(r)].data(), address.get());
  }
  return all;
}

// One peer of peers.py. Its bindings are made when a slot is met for the first time.
class peer {
 public:
  peer(const workload& work, PyObject* made) : work_(work), self_(made) {
    Py_INCREF(made);
    run_ = taken(PyObject_GetAttrString(made, "run"));
  }

  void prepare(const tensors& t) {
    const object addresses = taken(PyDict_New());
    for (const auto* side : {&work_.of->reads, &work_.of->writes}) {
      for (role r : *side) {
        const object address(number(t[r]));
        PyDict_SetItemString(addresses.get(), role_names[static_cast<std::size_t>(r)].data(), address.get());
      }
    }
    taken(PyObject_CallMethod(self_.get(), "prepare", "O", addresses.get()));
  }
  void operator()(const tensors& t) {
    const object x(number(t[role::x]));
    taken(PyObject_CallOneArg(run_.get(), x.get()));
  }
  void finish() { taken(PyObject_CallMethod(self_.get(), "finish", nullptr)); }

 private:
  const workload& work_;
  object self_, run_;
};

}  // namespace

std::vector<contender> python_contenders(const workload& work, const tensors& t, int threads) {
#ifdef BENCH_TORCH
  constexpr int has_torch = 1;
#else
  constexpr int has_torch = 0;
#endif
  if (peers() == nullptr) return {};
  const object description = described(work, t);
  const object list = taken(PyObject_CallMethod(peers(), "make", "Oii", description.get(), threads, has_torch));
  std::vector<contender> all;
  for (Py_ssize_t i = 0; i < PyList_Size(list.get()); ++i) {
    PyObject* made = PyList_GetItem(list.get(), i);  // borrowed
    const object name = taken(PyObject_GetAttrString(made, "name"));
    auto bound = std::make_shared<peer>(work, made);
    contender one{PyUnicode_AsUTF8(name.get()), kind::peer, false, [bound](const tensors& at, team&) { (*bound)(at); },
                  [bound](const tensors&) { bound->finish(); }};
    one.prepare = [bound](const tensors& at) { bound->prepare(at); };
    one.own_threads = true;
    all.push_back(std::move(one));
  }
  return all;
}

}  // namespace bench
