//! Stories about what is used and what is not.

use super::*;

#[test]
fn of_two_that_fit_alike_the_used_one_comes_first() {
    let (older, newer) = (titled("台阶轴工作页"), titled("台阶轴工作页"));
    let (_dir, index) = holding(&[older.clone(), newer.clone()]);
    assert_eq!(find(&index, "台阶轴"), [newer.id, older.id]);

    index.set_uses([(older.id, 3), (newer.id, 1)].into_iter());

    assert_eq!(find(&index, "台阶轴"), [older.id, newer.id]);
}

#[test]
fn what_fits_much_better_comes_first_however_little_it_is_used() {
    let fitting = titled("变频器参数设置");
    let used = with_pages("电动机", &["接线以后看一眼变频器，再记下温度、电流和转速，填入表格。"]);
    let (_dir, index) = holding(&[fitting.clone(), used.clone()]);

    index.set_uses([(used.id, u64::MAX)].into_iter());

    assert_eq!(find(&index, "变频器"), [fitting.id, used.id]);
}

#[test]
fn of_two_that_fit_alike_the_model_comes_first_and_no_further() {
    let (mut older, newer) = (titled("台阶轴工作页"), titled("台阶轴工作页"));
    older.is_model = true;
    let mut far = with_pages("电动机", &["车完台阶轴以后看一眼电流，再记下温度和转速，填入表格。"]);
    far.is_model = true;

    let (_dir, index) = holding(&[older.clone(), newer.clone(), far.clone()]);

    assert_eq!(find(&index, "台阶轴"), [older.id, newer.id, far.id]);
}

#[test]
fn uses_outlive_an_index_that_is_built_anew() {
    let (older, newer) = (titled("台阶轴工作页"), titled("台阶轴工作页"));
    let (_dir, index) = holding(&[older.clone(), newer.clone()]);
    index.set_uses([(older.id, 3)].into_iter());

    let rebuild = index.rebuild().unwrap();
    for document in [&older, &newer] {
        rebuild.add(document).unwrap();
    }
    rebuild.finish(2).unwrap();

    assert_eq!(find(&index, "台阶轴"), [older.id, newer.id]);
}
